package org.diffsynth.app.render;

import java.nio.file.Path;
import org.diffsynth.app.options.InputOptions;
import org.diffsynth.app.options.ShotOptions;
import org.diffsynth.app.settings.Setting;
import picocli.CommandLine.Option;

/** Command-line options for the input of a rendering command and for its settings file. */
final class RenderInputOptions extends InputOptions {

  @Setting("input.video")
  @Option(
      names = "--input",
      order = 1,
      paramLabel = "PATH",
      description =
          "Input video, a file or a folder of pictures. Required here or in --settings, except by"
              + " 'fashion', whose default is the size and length of the poses, and by 'generate',"
              + " which has none.")
  private Path video;

  @Setting("input.cuts")
  @Option(
      names = ShotOptions.NAME,
      order = 60,
      paramLabel = "FILE",
      description = ShotOptions.DESCRIPTION)
  private String cuts;

  @Option(
      names = "--settings",
      order = 2,
      paramLabel = "FILE.json",
      description =
          "Start from the settings that an earlier run wrote beside its result; options given here"
              + " replace them. Default: start from the preset.")
  private Path settings;

  /** Returns the settings file, or null. */
  Path settingsFile() {
    return settings;
  }
}
