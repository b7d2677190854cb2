package org.diffsynth.onnx.internal.graph;

import java.util.List;
import java.util.Optional;
import org.diffsynth.spi.ModelDescription.ImageInputShape;

/**
 * The inputs through which a UNet with an IP-Adapter takes an image prompt. They are recognized by
 * name, because exporters call them {@code image_embeds}, {@code ip_hidden_states}, {@code
 * ip_adapter_embeds}, {@code image_prompt_embeds} and similar.
 *
 * @param embedding input of image embeddings, shape (batch, width), (batch, tokens, width) or
 *     (batch, 1, tokens, width)
 * @param scale input of the adapter's scale, a scalar or one entry; null if the graph has none
 */
public record ImagePromptInput(TensorSpec embedding, TensorSpec scale) {

  private static final String EMBEDDING =
      "(?i).*(image|ip)[._/]?(prompt|adapter)?[._/]?(embeds?|embeddings?|hidden_states|tokens)(_0)?";
  private static final String SCALE = "(?i).*(ip|image|adapter).*scale.*";

  /**
   * Finds the image prompt among the inputs of a UNet.
   *
   * @return empty if no input, or more than one, looks like an image embedding
   */
  public static Optional<ImagePromptInput> find(List<TensorSpec> inputs) {
    List<TensorSpec> found =
        inputs.stream()
            .filter(input -> input.name().matches(EMBEDDING))
            .filter(input -> input.dims().size() >= 2 && input.dims().size() <= 4)
            .filter(
                input -> input.type() == TensorTypes.FLOAT || input.type() == TensorTypes.FLOAT16)
            .filter(input -> input.dims().size() < 4 || input.dim(1) < 0 || input.dim(1) == 1)
            .toList();
    if (found.size() != 1) {
      return Optional.empty();
    }
    TensorSpec scale =
        inputs.stream()
            .filter(input -> input.name().matches(SCALE) && input.dims().size() <= 1)
            .findFirst()
            .orElse(null);
    return Optional.of(new ImagePromptInput(found.get(0), scale));
  }

  /** Returns whether an input of the model belongs to the image prompt. */
  public boolean has(TensorSpec input) {
    return input.equals(embedding) || input.equals(scale);
  }

  private int rank() {
    return embedding.dims().size();
  }

  /** Returns tokens and width of the embedding of one image; 0 where the model does not say. */
  public ImageInputShape shape() {
    long tokens = rank() == 2 ? 1 : embedding.dim(rank() - 2);
    long width = embedding.dim(rank() - 1);
    return new ImageInputShape((int) Math.max(0, tokens), (int) Math.max(0, width));
  }

  /** Returns the dimensions of the input for a batch of embeddings. */
  public long[] batchShape(long batch, long tokens, long width) {
    return switch (rank()) {
      case 2 -> new long[] {batch, width};
      case 3 -> new long[] {batch, tokens, width};
      default -> new long[] {batch, 1, tokens, width};
    };
  }
}
