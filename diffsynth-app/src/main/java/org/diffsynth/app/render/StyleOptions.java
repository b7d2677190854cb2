package org.diffsynth.app.render;

import java.nio.file.Path;
import org.diffsynth.app.settings.Setting;
import picocli.CommandLine.Option;

/** Option that keeps the look of one clip for the next. */
final class StyleOptions {

  @Setting("input.styleState")
  @Option(
      names = "--style-state",
      order = 1,
      paramLabel = "FILE",
      description =
          "Keep the look of a clip for the next: if FILE does not exist, it is written with the"
              + " seed, the first frame and the colours of this result; if it exists, this result"
              + " gets that seed (unless --seed is given), attends to that frame, and has its colours"
              + " changed alike. Use the same prompt and model. Default: none.")
  private Path state;
}
