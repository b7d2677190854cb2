package org.diffsynth.diffusion;

/**
 * Prediction of a model for noisy latents x_t: the clean latents and the noise that x_t consists
 * of. At the noise level of the prediction, {@code x_t = √ᾱ·predictedOriginal + √(1−ᾱ)·noise}.
 *
 * @param predictedOriginal estimate of the clean latents: x̂₀ in papers, {@code
 *     pred_original_sample} in diffusers
 * @param noise estimate of the noise: ε in papers, {@code pred_epsilon} in diffusers; same shape as
 *     {@code predictedOriginal}
 */
public record Prediction(Latents predictedOriginal, Latents noise) {

  /** The quantity that a UNet was trained to output: {@code prediction_type} in diffusers. */
  public enum Type {

    /** The noise ε in x_t = √ᾱ·x₀ + √(1−ᾱ)·ε. Stable Diffusion 1.5 and most other models. */
    EPSILON,

    /**
     * The velocity v = √ᾱ·ε − √(1−ᾱ)·x₀. Required where the last timestep is pure noise.
     *
     * @see <a href="https://arxiv.org/abs/2202.00512">Salimans and Ho 2022, Progressive
     *     Distillation, appendix D</a>
     */
    V_PREDICTION
  }
}
