package org.diffsynth.onnx;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.diffsynth.diffusion.Embedding;
import org.diffsynth.frame.Frame;
import org.diffsynth.onnx.internal.tensorfile.NamedTensors;
import org.diffsynth.onnx.internal.tensorfile.NumpyFile;
import org.diffsynth.onnx.internal.vision.ClipPreprocessing;
import org.diffsynth.onnx.internal.vision.ImageEmbeddingModel;

/**
 * Turns pictures into what the IP-Adapter of a UNet wants to see: the image encoder it was trained
 * with, with or without the adapter's projection, as an ONNX model.
 *
 * <p>Which of the two belongs to a UNet depends on where its export was cut: one whose input is
 * {@code image_embeds} of width 1024 projects itself and wants the encoder's vector; one whose
 * input holds tokens of the text's width wants projected tokens. {@link
 * org.diffsynth.spi.ModelDescription#imageInput} tells its shape.
 *
 * <p>Whoever opens it closes it. Threads may share it.
 */
public final class ImageEncoder implements AutoCloseable {

  private static final List<String> FILES =
      List.of("model.onnx", "onnx/model.onnx", "vision_model.onnx", "onnx/vision_model.onnx");
  private static final int MAX_RANK = 4;

  private final ImageEmbeddingModel reader;

  private ImageEncoder(ImageEmbeddingModel reader) {
    this.reader = reader;
  }

  /**
   * Opens an encoder with one picture (1, 3, height, width) as its input.
   *
   * @param folder holds {@code model.onnx} or {@code vision_model.onnx}, or these in a folder
   *     {@code onnx}. Of several outputs {@code ip_hidden_states}, {@code image_embeds} or the
   *     first is taken. Pictures are prepared as CLIP was trained, or as {@code
   *     preprocessor_config.json} says
   * @throws IOException if a file is missing or cannot be read, or the model's inputs are others
   */
  public static ImageEncoder open(Path folder, OnnxOptions options) throws IOException {
    for (String name : FILES) {
      if (Files.isRegularFile(folder.resolve(name))) {
        return new ImageEncoder(
            ImageEmbeddingModel.open(folder.resolve(name), ClipPreprocessing.of(folder), options));
      }
    }
    throw new IOException("%s: expected one of %s, found none".formatted(folder, FILES));
  }

  /** The embedding of a picture of any size. */
  public Embedding embed(Frame picture) {
    return reader.read(picture);
  }

  /**
   * Reads embeddings that were computed elsewhere.
   *
   * @param file a {@code .npy} file, or a {@code .safetensors} file with one tensor of floats: of
   *     shape (width), (tokens, width), or (pictures, tokens, width), the last also with a side of
   *     1 behind the first. Without the rows for the negative side that diffusers puts in front
   * @return one, or as many as there are pictures
   * @throws IOException if the file is missing, of another kind or cut short
   */
  public static List<Embedding> read(Path file) throws IOException {
    List<NamedTensors.Tensor> tensors = tensors(file);
    if (tensors.size() != 1) {
      throw new IOException("%s: expected one tensor, found %s".formatted(file, tensors));
    }
    NamedTensors.Tensor tensor = tensors.get(0);
    List<Long> shape = new ArrayList<>(tensor.shape());
    if (shape.size() == MAX_RANK && shape.get(1) == 1) {
      shape.remove(1);
    }
    if (shape.isEmpty() || shape.size() >= MAX_RANK || tensor.data().length == 0) {
      throw new IOException(
          "%s: expected (width), (tokens, width) or (pictures, tokens, width), found %s"
              .formatted(file, tensor));
    }
    int width = Math.toIntExact(shape.get(shape.size() - 1));
    int tokens = shape.size() == 1 ? 1 : Math.toIntExact(shape.get(shape.size() - 2));
    int size = tokens * width;
    List<Embedding> embeddings = new ArrayList<>();
    for (int from = 0; from < tensor.data().length; from += size) {
      float[] samples = new float[size];
      System.arraycopy(tensor.data(), from, samples, 0, size);
      try {
        embeddings.add(Embedding.of(tokens, width, samples));
      } catch (IllegalArgumentException e) {
        throw new IOException(file + ": " + e.getMessage(), e);
      }
    }
    return embeddings;
  }

  private static List<NamedTensors.Tensor> tensors(Path file) throws IOException {
    if (file.toString().endsWith(".npy")) {
      return List.of(NumpyFile.read(file));
    }
    if (file.toString().endsWith(".safetensors")) {
      return NamedTensors.read(file);
    }
    throw new IOException("%s: expected a file that ends in .npy or .safetensors".formatted(file));
  }

  /** Frees the model; a second call does nothing. */
  @Override
  public void close() {
    reader.close();
  }
}
