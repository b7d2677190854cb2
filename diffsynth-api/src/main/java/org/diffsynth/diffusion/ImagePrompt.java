package org.diffsynth.diffusion;

import java.util.List;

/**
 * Pictures that say what to make, beside the prompt, for a UNet that was exported with an
 * IP-Adapter. The negative side of guidance sees zeros.
 *
 * @param embeddings one for all frames, or one for each frame of the clip; all of one shape.
 *     Reference pictures from outside the clip see the first
 * @param scale how much of the adapter, in [0, 10]; default 1, as it was trained. Where the UNet
 *     has no input for it, the embedding is multiplied instead: the same at 0 and 1, and close to
 *     it in between where the adapter has no biases
 * @see <a href="https://arxiv.org/abs/2308.06721">Ye et al. 2023, IP-Adapter</a>
 */
public record ImagePrompt(List<Embedding> embeddings, float scale) {

  private static final float MAX_SCALE = 10;

  /** Checks the ranges. */
  public ImagePrompt {
    embeddings = List.copyOf(embeddings);
    if (embeddings.isEmpty()) {
      throw new IllegalArgumentException("at least one embedding is needed, got none");
    }
    for (Embedding embedding : embeddings) {
      if (!embedding.shape().equals(embeddings.get(0).shape())) {
        throw new IllegalArgumentException(
            "embeddings must have one shape, were %s and %s"
                .formatted(embeddings.get(0).shape(), embedding.shape()));
      }
    }
    if (!(scale >= 0 && scale <= MAX_SCALE)) {
      throw new IllegalArgumentException("scale must be in [0, 10], was " + scale);
    }
  }

  /** One picture for all frames, as the adapter was trained. */
  public static ImagePrompt of(Embedding embedding) {
    return new ImagePrompt(List.of(embedding), 1);
  }

  /** A picture for each frame. */
  public static ImagePrompt perFrame(List<Embedding> embeddings) {
    return new ImagePrompt(embeddings, 1);
  }

  /** The same at another scale. */
  public ImagePrompt withScale(float newScale) {
    return new ImagePrompt(embeddings, newScale);
  }
}
