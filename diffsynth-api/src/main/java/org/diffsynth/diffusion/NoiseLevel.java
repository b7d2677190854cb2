package org.diffsynth.diffusion;

import org.diffsynth.internal.text.Text;

/**
 * One point of the diffusion process, and the arithmetic that relates noisy latents, clean latents
 * and noise there: {@code x_t = √ᾱ·x₀ + √(1−ᾱ)·ε}. See {@link Scheduler} for the notation.
 *
 * @param timestep number that the UNet receives, in [0, 1000) for most models; may lie between
 *     whole timesteps
 * @param alphaCumprod ᾱ, the share of the clean latents in the variance of x_t, in [0, 1]; 1 means
 *     no noise and 0 nothing but noise
 */
public record NoiseLevel(float timestep, double alphaCumprod) {

  /** The level without noise, ᾱ = 1, at which most runs end. */
  public static final NoiseLevel CLEAN = new NoiseLevel(0, 1);

  /** Checks that {@code alphaCumprod} is in [0, 1]. */
  public NoiseLevel {
    if (!(alphaCumprod >= 0 && alphaCumprod <= 1)) {
      throw new IllegalArgumentException("alphaCumprod must be in [0, 1], but was " + alphaCumprod);
    }
  }

  /** Returns √ᾱ, the factor of the clean latents in x_t. */
  public double signalRate() {
    return Math.sqrt(alphaCumprod);
  }

  /** Returns √(1−ᾱ), the factor of the noise in x_t. */
  public double noiseRate() {
    return Math.sqrt(1 - alphaCumprod);
  }

  /**
   * Returns noisy latents at this level: {@code √ᾱ·original + √(1−ᾱ)·noise}.
   *
   * @throws IllegalArgumentException if the shapes differ
   */
  public Latents addNoise(Latents original, Latents noise) {
    return Latents.mix(signalRate(), original, noiseRate(), noise);
  }

  /**
   * Returns latents of a cleaner level with noise added up to this level: {@code √(ᾱ/ᾱ_s)·x_s + √(1
   * − ᾱ/ᾱ_s)·noise}.
   *
   * @param from level of {@code sample}, whose ᾱ is above 0 and at least that of this level
   * @param sample latents x_s
   * @throws IllegalArgumentException if {@code from} is noisier than this level, or the shapes
   *     differ
   */
  public Latents addNoiseFrom(NoiseLevel from, Latents sample, Latents noise) {
    if (!(from.alphaCumprod > 0 && from.alphaCumprod >= alphaCumprod)) {
      throw new IllegalArgumentException(
          Text.format(
              "alphaCumprod of from must be above 0 and at least %s, but was %s",
              alphaCumprod, from.alphaCumprod));
    }
    double kept = alphaCumprod / from.alphaCumprod;
    return Latents.mix(Math.sqrt(kept), sample, Math.sqrt(1 - kept), noise);
  }

  /**
   * Returns the predicted original x̂₀ = (x_t − √(1−ᾱ)·ε) / √ᾱ.
   *
   * @param sample noisy latents x_t at this level
   * @param noisePrediction ε, of the shape of {@code sample}
   * @throws IllegalStateException if ᾱ is 0, where x_t holds no clean latents
   */
  public Latents predictOriginal(Latents sample, Latents noisePrediction) {
    if (alphaCumprod == 0) {
      throw new IllegalStateException(
          Text.format(
              "the noise prediction at timestep %s cannot be turned into a predicted original, because"
                  + " the latents there are pure noise; a schedule with zero terminal SNR needs a"
                  + " model of type V_PREDICTION",
              timestep));
    }
    return Latents.mix(1 / signalRate(), sample, -noiseRate() / signalRate(), noisePrediction);
  }

  /**
   * Returns the noise ε = (x_t − √ᾱ·x₀) / √(1−ᾱ) that makes noisy latents of given clean ones. It
   * turns a predicted original that was deflickered back into a noise prediction.
   *
   * @param sample noisy latents x_t at this level
   * @param original clean latents x₀, of the shape of {@code sample}
   * @throws IllegalStateException if ᾱ is 1, where x_t holds no noise
   */
  public Latents returnToTimestep(Latents sample, Latents original) {
    if (alphaCumprod == 1) {
      throw new IllegalStateException(
          Text.format(
              "the latents at timestep %s hold no noise, so no noise can be predicted", timestep));
    }
    return Latents.mix(1 / noiseRate(), sample, -signalRate() / noiseRate(), original);
  }

  /**
   * Converts the output of a UNet into a prediction.
   *
   * @param sample noisy latents x_t at this level, the UNet's input
   * @param output the UNet's output, of the shape of {@code sample}
   * @param type what the output is
   * @throws IllegalStateException if ᾱ is 0 and the type is {@link Prediction.Type#EPSILON}
   */
  public Prediction predict(Latents sample, Latents output, Prediction.Type type) {
    return switch (type) {
      case EPSILON -> new Prediction(predictOriginal(sample, output), output);
      case V_PREDICTION ->
          new Prediction(
              Latents.mix(signalRate(), sample, -noiseRate(), output),
              Latents.mix(noiseRate(), sample, signalRate(), output));
    };
  }

  /**
   * Returns a prediction with the given predicted original, and the noise that belongs to it
   * according to {@link #returnToTimestep}.
   */
  public Prediction changeOriginal(Latents sample, Latents original) {
    return new Prediction(original, returnToTimestep(sample, original));
  }
}
