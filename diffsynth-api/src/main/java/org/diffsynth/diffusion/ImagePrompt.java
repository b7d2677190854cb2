package org.diffsynth.diffusion;

import java.util.List;
import org.diffsynth.internal.text.Text;

/**
 * An image prompt for a UNet that was exported with an IP-Adapter: pictures that describe the
 * result, in addition to the text prompt. In the negative branch of classifier-free guidance, the
 * UNet gets zeros instead.
 *
 * @param embeddings one embedding for all frames, or one for each frame of the clip, all of one
 *     shape. Reference pictures from outside the clip use the first
 * @param scale strength of the adapter, in [0, 10]; default 1, as trained; 0.5 leaves more room to
 *     the text prompt. If the UNet has no input for the scale, the embedding is multiplied by it,
 *     which is exact for 0 and 1, and close in between if the adapter has no biases
 * @see <a href="https://arxiv.org/abs/2308.06721">Ye et al. 2023, IP-Adapter</a>
 */
public record ImagePrompt(List<Embedding> embeddings, float scale) {

  private static final float MAX_SCALE = 10;

  /** Checks the scale, and that all embeddings have one shape. */
  public ImagePrompt {
    embeddings = List.copyOf(embeddings);
    if (embeddings.isEmpty()) {
      throw new IllegalArgumentException("embeddings must not be empty");
    }
    for (Embedding embedding : embeddings) {
      if (!embedding.shape().equals(embeddings.get(0).shape())) {
        throw new IllegalArgumentException(
            Text.format(
                "embeddings must have one shape, but had %s and %s",
                embeddings.get(0).shape(), embedding.shape()));
      }
    }
    if (!(scale >= 0 && scale <= MAX_SCALE)) {
      throw new IllegalArgumentException("scale must be in [0, 10], but was " + scale);
    }
  }

  /** Creates an image prompt with one picture for all frames and a scale of 1. */
  public static ImagePrompt of(Embedding embedding) {
    return new ImagePrompt(List.of(embedding), 1);
  }

  /** Creates an image prompt with one picture for each frame and a scale of 1. */
  public static ImagePrompt perFrame(List<Embedding> embeddings) {
    return new ImagePrompt(embeddings, 1);
  }

  /** Returns a copy of this image prompt with the given scale, in [0, 10]. */
  public ImagePrompt withScale(float newScale) {
    return new ImagePrompt(embeddings, newScale);
  }
}
