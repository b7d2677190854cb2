package org.diffsynth.app.render;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.diffsynth.app.options.InputOptions;
import org.diffsynth.app.settings.SettingsTree;
import org.diffsynth.job.JobInput;

/**
 * What decides about the frames of a rendering, so that a job notices changes: files by their
 * bytes, wherever they lie, and everything else by its value.
 *
 * @param settings values by place in the settings file, and fingerprints of the models
 * @param inputs videos, pictures and lists that the rendering reads
 */
record RenderJobWork(Map<String, String> settings, List<JobInput> inputs) {

  private static final Pattern FILES =
      Pattern.compile(
          "input\\.(video|cuts|reference|poses\\.path)|guidance\\.image\\.file"
              + "|controlNets\\..*\\.(video|reference)");

  /** Models are compared by the fingerprints of their files. */
  private static final Pattern MODELS =
      Pattern.compile(
          "model\\.(folder|loraFolder|vae|loopVae)|guidance\\.image\\.encoder|controlNets\\..*\\.folder");

  /** Finished frames get these when the output is written. */
  private static final Pattern OUTPUT = Pattern.compile("output\\.(contrast|sharpness)");

  /**
   * Collects the work of a command.
   *
   * @param models fingerprints of all models by role
   */
  static RenderJobWork of(SettingsTree tree, InputOptions options, Map<String, String> models)
      throws IOException {
    Map<String, String> settings = new TreeMap<>();
    List<JobInput> inputs = new ArrayList<>();
    options.describe(settings);
    models.forEach((role, fingerprint) -> settings.put("model of " + role, fingerprint));
    for (Map.Entry<String, String> value : tree.values().entrySet()) {
      String place = value.getKey();
      if (FILES.matcher(place).matches() && isFile(value.getValue())) {
        Path file = Path.of(value.getValue());
        inputs.add(JobInput.of(place, file, () -> options.open(file)));
      } else if (!MODELS.matcher(place).matches() && !OUTPUT.matcher(place).matches()) {
        settings.put(place, value.getValue());
      }
    }
    return new RenderJobWork(settings, inputs);
  }

  private static boolean isFile(String text) {
    try {
      return Files.exists(Path.of(text));
    } catch (InvalidPathException e) {
      return false;
    }
  }
}
