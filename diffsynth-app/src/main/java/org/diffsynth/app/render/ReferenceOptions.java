package org.diffsynth.app.render;

import java.util.List;
import org.diffsynth.app.settings.Setting;
import picocli.CommandLine.Option;

/** Option for finished pictures that a rendering shall look like. */
final class ReferenceOptions {

  @Setting("input.references")
  @Option(
      names = "--reference",
      order = 1,
      paramLabel = "PATH",
      description =
          "Finished picture or clip whose look the result gets: all frames attend to it, of a clip"
              + " to its middle frame. May be repeated; each makes a step about a quarter slower."
              + " Default: none.")
  private List<String> references;
}
