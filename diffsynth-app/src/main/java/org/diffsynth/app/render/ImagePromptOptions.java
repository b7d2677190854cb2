package org.diffsynth.app.render;

import java.nio.file.Path;
import org.diffsynth.app.settings.Setting;
import picocli.CommandLine.Option;

/**
 * Command-line options for a picture beside the prompt, for a UNet that was exported with an
 * IP-Adapter.
 */
final class ImagePromptOptions {

  @Setting("guidance.image.file")
  @Option(
      names = "--image-prompt",
      order = 1,
      paramLabel = "PATH",
      description =
          "Picture whose content or style the result gets, or its embedding (.npy, .safetensors)."
              + " Needs a UNet exported with an IP-Adapter. Default: none.")
  private Path imagePrompt;

  @Setting("guidance.image.encoder")
  @Option(
      names = "--image-encoder",
      order = 2,
      paramLabel = "DIR",
      description =
          "Folder of the image encoder (model.onnx). Required for a picture; without effect for an"
              + " embedding.")
  private Path imageEncoder;

  @Setting("guidance.image.scale")
  @Option(
      names = "--image-scale",
      order = 3,
      paramLabel = "X",
      description =
          "Strength of the picture, 0 to 10; 0.5 to 1 leaves room for the prompt. Default: 1.")
  private Float imageScale;
}
