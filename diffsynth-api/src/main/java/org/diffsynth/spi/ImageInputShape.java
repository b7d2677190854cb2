package org.diffsynth.spi;

import org.diffsynth.diffusion.Embedding;

/**
 * Which image embeddings a model takes.
 *
 * @param tokens how many, or 0 for any number
 * @param width floats per token, or 0 for any
 */
public record ImageInputShape(int tokens, int width) {

  /** Checks the range. */
  public ImageInputShape {
    if (tokens < 0 || width < 0) {
      throw new IllegalArgumentException(
          "tokens and width must be at least 0, were %d and %d".formatted(tokens, width));
    }
  }

  /** Whether the model takes this embedding. */
  public boolean takes(Embedding embedding) {
    return (tokens == 0 || tokens == embedding.tokens())
        && (width == 0 || width == embedding.width());
  }

  /** {@code "(4, 768)"}, with {@code any} where a side is open. */
  @Override
  public String toString() {
    return "(%s, %s)".formatted(tokens == 0 ? "any" : tokens, width == 0 ? "any" : width);
  }
}
