package org.diffsynth.onnx.internal.graph;

import java.util.List;
import java.util.Optional;
import org.diffsynth.spi.ModelDescription.ImageInputShape;

/**
 * Where a UNet with an IP-Adapter takes its image prompt, known by name: exporters call it {@code
 * image_embeds}, {@code ip_hidden_states}, {@code ip_adapter_embeds}, {@code image_prompt_embeds}
 * and the like.
 *
 * @param embedding input of embeddings (batch, width), (batch, tokens, width) or (batch, 1, tokens,
 *     width)
 * @param scale input of the adapter's scale, of at most one dimension; null where the graph has
 *     none
 */
public record ImagePromptInput(TensorSpec embedding, TensorSpec scale) {

  private static final String EMBEDDING =
      "(?i).*(image|ip)[._/]?(prompt|adapter)?[._/]?(embeds?|embeddings?|hidden_states|tokens)(_0)?";
  private static final String SCALE = "(?i).*(ip|image|adapter).*scale.*";

  /** The image prompt among a UNet's inputs, if there is one. */
  public static Optional<ImagePromptInput> find(List<TensorSpec> inputs) {
    List<TensorSpec> found =
        inputs.stream()
            .filter(port -> port.name().matches(EMBEDDING))
            .filter(port -> port.dims().size() >= 2 && port.dims().size() <= 4)
            .filter(port -> port.type() == TensorTypes.FLOAT || port.type() == TensorTypes.FLOAT16)
            .filter(port -> port.dims().size() < 4 || port.dim(1) < 0 || port.dim(1) == 1)
            .toList();
    if (found.size() != 1) {
      return Optional.empty();
    }
    TensorSpec scale =
        inputs.stream()
            .filter(port -> port.name().matches(SCALE) && port.dims().size() <= 1)
            .findFirst()
            .orElse(null);
    return Optional.of(new ImagePromptInput(found.get(0), scale));
  }

  /** Whether this is one of the inputs. */
  public boolean has(TensorSpec port) {
    return port.equals(embedding) || port.equals(scale);
  }

  private int rank() {
    return embedding.dims().size();
  }

  /** What it takes. */
  public ImageInputShape takes() {
    long tokens = rank() == 2 ? 1 : embedding.dim(rank() - 2);
    long width = embedding.dim(rank() - 1);
    return new ImageInputShape((int) Math.max(0, tokens), (int) Math.max(0, width));
  }

  /** The shape of a batch of embeddings. */
  public long[] shape(long batch, long tokens, long width) {
    return switch (rank()) {
      case 2 -> new long[] {batch, width};
      case 3 -> new long[] {batch, tokens, width};
      default -> new long[] {batch, 1, tokens, width};
    };
  }
}
