package org.diffsynth.app.render;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.diffsynth.app.settings.Setting;
import picocli.CommandLine.Option;

/** Command-line options for the ControlNets of a rendering command. */
final class ControlNetOptions {

  @Setting("controlNets.*.folder")
  @Option(
      names = "--control",
      order = 1,
      paramLabel = "NAME[=PATH]",
      mapFallbackValue = "",
      description =
          "Use the ControlNet in this folder or .safetensors file under a name such as depth,"
              + " softedge, canny, lineart, openpose, tile or shuffle. May be repeated. The model"
              + " 'quickstart' has its own depth, openpose, softedge and tile, named without a path."
              + " Default: none, with 'quickstart' tile.")
  private Map<String, Path> folders = new LinkedHashMap<>();

  @Setting("controlNets.*.scale")
  @Option(
      names = "--control-scale",
      order = 2,
      paramLabel = "NAME=X",
      description =
          "Conditioning scale of a ControlNet, 0 to 10; 0.5 to 1 is typical, 0 switches it off."
              + " Default: 1.")
  private Map<String, Double> scales = new LinkedHashMap<>();

  @Setting("controlNets.*.part")
  @Option(
      names = "--control-part",
      order = 3,
      paramLabel = "NAME=A-B",
      description =
          "Part of the denoising run in which a ControlNet works, as shares of the steps, such as"
              + " 0-0.5. Default: 0-1, all steps.")
  private Map<String, String> parts = new LinkedHashMap<>();

  @Setting("controlNets.*.video")
  @Option(
      names = "--control-video",
      order = 4,
      paramLabel = "NAME=PATH",
      description =
          "Control pictures of a ControlNet: a video as long as the input, or one picture. Default:"
              + " made from the input for softedge, canny, lineart and tile; required for others.")
  private Map<String, Path> videos = new LinkedHashMap<>();

  @Setting("controlNets.*.reference")
  @Option(
      names = "--reference-control",
      order = 5,
      paramLabel = "NAME=PICTURE",
      description =
          "Control picture of a ControlNet for the reference picture, in tasks that have one."
              + " Default: made from the reference where that needs no model, otherwise black.")
  private Map<String, Path> references = new LinkedHashMap<>();
}
