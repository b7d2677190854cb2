package org.diffsynth.onnx.internal.vision;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.diffusion.Embedding;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.Monitor;
import org.diffsynth.onnx.internal.graph.TensorSpec;
import org.diffsynth.onnx.internal.runtime.PlainModel;
import org.diffsynth.onnx.vision.InputSpec;

/**
 * Runs a model that computes one vector or several tokens for a frame, such as the image encoder of
 * an IP-Adapter.
 */
public final class ImageEmbeddingModel implements AutoCloseable {

  /** Names of suitable outputs, in the order of preference: projected tokens come first. */
  private static final List<String> NAMES =
      List.of("ip_hidden_states", "ip_tokens", "image_prompt_embeds", "image_embeds");

  private final ImageModel model;
  private final String output;

  private ImageEmbeddingModel(ImageModel model, String output) {
    this.model = model;
    this.output = output;
  }

  /**
   * Opens a model that computes image embeddings. The caller closes the model. If the model has
   * several outputs, the output with a known name is used, otherwise the first output.
   *
   * @throws IOException if the model cannot be read or has other inputs than one picture
   */
  public static ImageEmbeddingModel open(Path file, InputSpec spec, ComputeOptions options)
      throws IOException {
    ImageModel model = ImageModel.open(file, spec, options);
    List<String> all = model.outputs().stream().map(TensorSpec::name).toList();
    String output = NAMES.stream().filter(all::contains).findFirst().orElse(all.get(0));
    return new ImageEmbeddingModel(model, output);
  }

  /**
   * Returns the output of the model for a frame; the output tensor is (1, width) or (1, tokens,
   * width).
   */
  public Embedding embed(Frame frame) {
    PlainModel.Values values = model.run(frame, List.of(output), Monitor.NONE).outputs().get(0);
    long[] shape = values.shape();
    if (shape.length < 2 || shape.length > 3 || shape[0] != 1 || values.data().length == 0) {
      throw OutputMaps.wrong(values, "(1, width) or (1, tokens, width)", model.file());
    }
    int tokens = shape.length == 2 ? 1 : (int) shape[1];
    return Embedding.of(tokens, (int) shape[shape.length - 1], values.data());
  }

  @Override
  public void close() {
    model.close();
  }
}
