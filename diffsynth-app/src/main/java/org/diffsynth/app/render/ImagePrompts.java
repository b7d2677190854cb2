package org.diffsynth.app.render;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.diffsynth.app.settings.RenderSettings.Image;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.diffusion.Embedding;
import org.diffsynth.diffusion.ImagePrompt;
import org.diffsynth.io.FrameFiles;
import org.diffsynth.onnx.ImageEncoder;

/** Reads the picture beside the prompt. */
final class ImagePrompts {

  private ImagePrompts() {}

  /** Returns whether a file holds an embedding, by its extension, and not a picture. */
  static boolean isEmbedding(Path file) {
    String name = file.toString();
    return name.endsWith(".npy") || name.endsWith(".safetensors");
  }

  /** Reads an embedding, or encodes a picture on the given device. */
  static ImagePrompt read(Image image, ComputeOptions compute) throws IOException {
    return new ImagePrompt(embeddings(image, compute), image.scale() == null ? 1 : image.scale());
  }

  private static List<Embedding> embeddings(Image image, ComputeOptions compute)
      throws IOException {
    if (isEmbedding(image.file())) {
      return ImageEncoder.read(image.file());
    }
    try (ImageEncoder encoder = ImageEncoder.open(image.encoder(), compute)) {
      return List.of(encoder.embed(FrameFiles.readPicture(image.file())));
    }
  }
}
