package org.diffsynth.app.render;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.diffsynth.RenderRequest;
import org.diffsynth.app.settings.RenderSettings;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.diffusion.Embedding;
import org.diffsynth.diffusion.ImagePrompt;
import org.diffsynth.io.FrameFiles;
import org.diffsynth.onnx.ImageEncoder;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** A picture beside the prompt, for a UNet exported with an IP-Adapter. */
public final class ImagePromptOptions {

  @Spec(Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--image-prompt",
      paramLabel = "PATH",
      description =
          "A picture, or its embedding (.npy, .safetensors), for a UNet exported with an"
              + " IP-Adapter.")
  private Path imagePrompt;

  @Option(
      names = "--image-encoder",
      paramLabel = "DIR",
      description = "Folder of the image encoder, for a picture: model.onnx.")
  private Path imageEncoder;

  @Option(
      names = "--image-scale",
      paramLabel = "X",
      description = "How much of it, 0 to 10. Default: 1.")
  private Float imageScale;

  /** Tells the settings what is given here. */
  void merge(RenderSettings settings) {
    settings.imagePrompt = imagePrompt == null ? settings.imagePrompt : imagePrompt.toString();
    settings.imageEncoder = imageEncoder == null ? settings.imageEncoder : imageEncoder.toString();
    settings.imageScale = RenderCommand.either(imageScale, settings.imageScale);
    if (settings.imagePrompt == null) {
      if (settings.imageEncoder != null || settings.imageScale != null) {
        throw wrongUse("--image-encoder and --image-scale need --image-prompt");
      }
    } else if (!isEmbedding(settings.imagePrompt) && settings.imageEncoder == null) {
      throw wrongUse("--image-prompt with a picture needs --image-encoder");
    }
  }

  /** The request with what the settings say. */
  RenderRequest applied(RenderSettings settings, RenderRequest request, String device)
      throws IOException {
    if (settings.imagePrompt == null) {
      return request;
    }
    float scale = RenderCommand.either(settings.imageScale, 1f);
    return request.withImagePrompt(new ImagePrompt(embeddings(settings, device), scale));
  }

  private static List<Embedding> embeddings(RenderSettings settings, String device)
      throws IOException {
    Path file = Path.of(settings.imagePrompt);
    if (isEmbedding(settings.imagePrompt)) {
      return ImageEncoder.read(file);
    }
    ComputeOptions options = ComputeOptions.AUTO.withDevice(device);
    try (ImageEncoder encoder = ImageEncoder.open(Path.of(settings.imageEncoder), options)) {
      return List.of(encoder.embed(FrameFiles.readPicture(file)));
    }
  }

  private static boolean isEmbedding(String file) {
    return file.endsWith(".npy") || file.endsWith(".safetensors");
  }

  private CommandLine.ParameterException wrongUse(String message) {
    return new CommandLine.ParameterException(spec.commandLine(), message);
  }
}
