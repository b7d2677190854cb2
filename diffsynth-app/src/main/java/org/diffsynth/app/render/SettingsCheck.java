package org.diffsynth.app.render;

import static org.diffsynth.app.terminal.UsageException.check;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.diffsynth.app.settings.RenderSettings;
import org.diffsynth.app.settings.RenderSettings.Image;
import org.diffsynth.app.settings.RenderSettings.Inversion;
import org.diffsynth.app.settings.RenderSettings.Pull;

/**
 * Rules between the settings that all tasks share. Single values are checked where they are used.
 */
final class SettingsCheck {

  private SettingsCheck() {}

  /** Checks that a setting is there. */
  static void require(Object value, String option) {
    check(value != null, option + " is missing; give it here or in --settings");
  }

  /**
   * Checks the rules of all tasks, when the model and the settings of the task are known to be
   * there.
   *
   * @throws org.diffsynth.app.terminal.UsageException naming the options that do not fit
   * @throws IOException if a LoRA does not exist
   */
  static void checkAll(RenderSettings settings) throws IOException {
    require(settings.guidance().prompt(), "--prompt");
    settings
        .controlNets()
        .forEach((name, control) -> require(control.folder(), "--control " + name + "=DIR"));
    int every = settings.output().keyframeEvery();
    check(every >= 1, "--keyframe-every must be at least 1, but was " + every);
    for (String file : settings.model().loras().keySet()) {
      if (!Files.isRegularFile(Path.of(file))) {
        throw new IOException("the LoRA " + file + " is not a file");
      }
    }
    checkStart(settings);
    checkImage(settings.guidance().image());
  }

  private static void checkStart(RenderSettings settings) {
    Inversion inversion = settings.sampling().start().inversion();
    check(
        inversion.prompt() == null || settings.sampling().start().motionWarp() == null,
        "--source-prompt and --motion-warp exclude each other; give one");
    check(
        inversion.prompt() != null
            || (inversion.guidanceScale() == null && inversion.refinement() == null),
        "--source-guidance and --inversion-refinement need --source-prompt");
    Pull pull = settings.sampling().framePull();
    check(
        pull.toward() != null || (pull.weight() == null && pull.until() == null),
        "--pull-weight and --pull-until need --pull");
  }

  private static void checkImage(Image image) {
    if (image.file() == null) {
      check(
          image.encoder() == null && image.scale() == null,
          "--image-encoder and --image-scale need --image-prompt");
    } else {
      check(
          ImagePrompts.isEmbedding(image.file()) || image.encoder() != null,
          "--image-prompt with a picture needs --image-encoder");
    }
  }
}
