package org.diffsynth.onnx.internal.graph;

import java.util.List;
import java.util.Optional;

/**
 * The input through which a UNet that was distilled with guidance takes the guidance scale, such as
 * {@code timestep_cond} of latent consistency models: an embedding of shape (batch, channels).
 *
 * @see <a href="https://arxiv.org/abs/2310.04378">Luo et al. 2023, Latent Consistency Models</a>
 */
public final class GuidanceInput {
  private static final String NAME = "(?i)timestep_cond|w_emb.*|.*guidance.*";
  private static final double SCALE = 1000;
  private static final double LONGEST_PERIOD = 10_000;

  private GuidanceInput() {}

  /** Finds the guidance embedding among the inputs of a UNet; empty if there is none. */
  public static Optional<TensorSpec> find(List<TensorSpec> inputs) {
    return inputs.stream()
        .filter(input -> input.name().matches(NAME))
        .filter(input -> input.dims().size() == 2 && input.dim(1) > 0)
        .findFirst();
  }

  /**
   * Returns the embedding of a guidance scale w + 1: sin(1000·w·f) for falling frequencies f, then
   * the cosines.
   *
   * @param guidanceScale guidance scale, at least 1
   * @param channels length of the embedding; an odd one ends with a zero
   */
  public static float[] embedding(double guidanceScale, int channels) {
    float[] embedding = new float[channels];
    int half = channels / 2;
    float weight = (float) ((guidanceScale - 1) * SCALE);
    for (int i = 0; i < half; i++) {
      float frequency =
          (float) Math.exp(i * (float) (-Math.log(LONGEST_PERIOD) / Math.max(1, half - 1)));
      float angle = weight * frequency;
      embedding[i] = (float) Math.sin(angle);
      embedding[half + i] = (float) Math.cos(angle);
    }
    return embedding;
  }
}
