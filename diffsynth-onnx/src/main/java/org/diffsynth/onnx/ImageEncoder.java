package org.diffsynth.onnx;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.diffusion.Embedding;
import org.diffsynth.frame.Frame;
import org.diffsynth.internal.text.Text;
import org.diffsynth.onnx.internal.tensorfile.NamedTensor;
import org.diffsynth.onnx.internal.tensorfile.NamedTensors;
import org.diffsynth.onnx.internal.tensorfile.NumpyFile;
import org.diffsynth.onnx.internal.vision.ClipPreprocessing;
import org.diffsynth.onnx.internal.vision.ImageEmbeddingModel;

/**
 * An image encoder for IP-Adapters, as an ONNX model: encodes an image to the embedding that the
 * UNet takes as its image prompt.
 *
 * <p>Which encoder fits depends on how the UNet was exported. If its input is {@code image_embeds}
 * of width 1024, the UNet contains the adapter's projection, and the encoder must return the plain
 * vector of CLIP. If its input holds tokens as wide as the prompt's, the encoder must contain the
 * projection. {@link org.diffsynth.spi.ModelDescription#imageInput} returns the shape that a UNet
 * takes.
 *
 * <p>Whoever opens an encoder closes it. Threads may share it; calls run one after another.
 */
public final class ImageEncoder implements AutoCloseable {

  private static final List<String> FILES =
      List.of("model.onnx", "onnx/model.onnx", "vision_model.onnx", "onnx/vision_model.onnx");
  private static final int MAX_RANK = 4;

  private final ImageEmbeddingModel model;

  private ImageEncoder(ImageEmbeddingModel model) {
    this.model = model;
  }

  /**
   * Opens an encoder whose only input is one image (1, 3, height, width).
   *
   * @param folder contains {@code model.onnx} or {@code vision_model.onnx}, directly or in a
   *     subfolder {@code onnx}. If the model has several outputs, {@code ip_hidden_states} is used,
   *     otherwise {@code image_embeds}, otherwise the first one. Images are preprocessed as {@code
   *     preprocessor_config.json} describes, or without that file as for CLIP
   * @param options where to compute
   * @return the encoder; the caller closes it
   * @throws IOException if a file is missing or cannot be read, or the model has other inputs
   */
  public static ImageEncoder open(Path folder, ComputeOptions options) throws IOException {
    for (String name : FILES) {
      if (Files.isRegularFile(folder.resolve(name))) {
        return new ImageEncoder(
            ImageEmbeddingModel.open(folder.resolve(name), ClipPreprocessing.of(folder), options));
      }
    }
    throw new IOException(Text.format("%s: expected one of %s, found none", folder, FILES));
  }

  /** Encodes an image of any size. */
  public Embedding embed(Frame picture) {
    return model.embed(picture);
  }

  /**
   * Reads embeddings that were computed elsewhere.
   *
   * @param file a {@code .npy} file, or a {@code .safetensors} file with one tensor of
   *     floating-point numbers. Its shape is (width), (tokens, width), (images, tokens, width) or
   *     (images, 1, tokens, width). The zero embedding for the negative prompt, which diffusers
   *     saves in front, must not be part of it
   * @return one embedding per image
   * @throws IOException if the file is missing, truncated or of another format
   */
  public static List<Embedding> read(Path file) throws IOException {
    List<NamedTensor> tensors = tensors(file);
    if (tensors.size() != 1) {
      throw new IOException(Text.format("%s: expected one tensor, found %s", file, tensors));
    }
    NamedTensor tensor = tensors.get(0);
    List<Long> shape = new ArrayList<>(tensor.shape());
    if (shape.size() == MAX_RANK && shape.get(1) == 1) {
      shape.remove(1);
    }
    if (shape.isEmpty() || shape.size() >= MAX_RANK || tensor.data().length == 0) {
      throw new IOException(
          Text.format(
              "%s: expected (width), (tokens, width) or (images, tokens, width), found %s",
              file, tensor));
    }
    int width = Math.toIntExact(shape.get(shape.size() - 1));
    int tokens = shape.size() == 1 ? 1 : Math.toIntExact(shape.get(shape.size() - 2));
    int size = tokens * width;
    List<Embedding> embeddings = new ArrayList<>();
    for (int from = 0; from < tensor.data().length; from += size) {
      float[] samples = Arrays.copyOfRange(tensor.data(), from, from + size);
      try {
        embeddings.add(Embedding.of(tokens, width, samples));
      } catch (IllegalArgumentException e) {
        throw new IOException(file + ": " + e.getMessage(), e);
      }
    }
    return embeddings;
  }

  private static List<NamedTensor> tensors(Path file) throws IOException {
    if (file.toString().endsWith(".npy")) {
      return List.of(NumpyFile.read(file));
    }
    if (file.toString().endsWith(".safetensors")) {
      return NamedTensors.read(file);
    }
    throw new IOException(
        Text.format("%s: expected a file that ends in .npy or .safetensors", file));
  }

  /** Frees the model. A second call does nothing. */
  @Override
  public void close() {
    model.close();
  }
}
