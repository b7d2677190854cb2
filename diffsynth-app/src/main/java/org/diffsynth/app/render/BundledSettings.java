package org.diffsynth.app.render;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.diffsynth.app.settings.RenderSettings;
import org.diffsynth.app.settings.SettingsTree;
import org.diffsynth.app.terminal.UsageException;
import org.diffsynth.internal.text.Text;
import org.diffsynth.spi.BundledModel;

/**
 * Fills in settings for the model inside the app. It is used if no model is given, and an empty
 * path as the folder of a ControlNet means its ControlNet.
 */
final class BundledSettings {

  private static final String FOLDER = "model.folder";

  private BundledSettings() {}

  /** Returns the model inside the app, if there is one. */
  static Optional<BundledModel> model() {
    return BundledModel.all().stream().findFirst();
  }

  /** Returns whether the settings use the model inside the app. */
  static boolean isUsed(RenderSettings settings) {
    return settings.model().folder() == null;
  }

  /** Returns whether a path is the name of the model inside the app, and no file. */
  static boolean isBundled(Path path) {
    return !Files.exists(path)
        && model().filter(it -> it.name().equals(path.toString())).isPresent();
  }

  /**
   * Gives ControlNets without a folder those of the model inside the app, and adds the one that
   * suits the task, if no model is given or its name is.
   *
   * @param usualControl name of the ControlNet that suits the task, or null
   * @param isRequired whether the task needs this ControlNet beside others
   * @throws UsageException if no model is given and there is none inside, or if a ControlNet has no
   *     folder and the model is another one
   */
  static void complete(SettingsTree tree, String usualControl, boolean isRequired) {
    Path folder = tree.settings().model().folder();
    if (folder != null && isBundled(folder)) {
      tree.remove(FOLDER);
    }
    boolean isBundled = tree.settings().model().folder() == null;
    SettingsCheck.require(isBundled && model().isEmpty() ? null : tree, "--model");
    if (!isBundled) {
      checkFolders(tree.settings());
      return;
    }
    if (usualControl != null && (isRequired || tree.settings().controlNets().isEmpty())) {
      putFolder(tree, usualControl);
    }
    tree.settings().controlNets().keySet().forEach(name -> putFolder(tree, name));
  }

  private static void putFolder(SettingsTree tree, String name) {
    String place = "controlNets." + name + ".folder";
    if (!tree.has(place)) {
      tree.put(place, Path.of(""));
    }
  }

  private static void checkFolders(RenderSettings settings) {
    settings
        .controlNets()
        .forEach(
            (name, control) ->
                UsageException.check(
                    control.folder() == null || !control.folder().toString().isEmpty(),
                    Text.format(
                        "--control %1$s needs a path, --control %1$s=PATH: only the model inside the"
                            + " app has ControlNets of its own, and --model is %2$s",
                        name, settings.model().folder())));
  }
}
