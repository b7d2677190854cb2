package org.diffsynth.diffusion;

/**
 * A point on the way from noise to picture, and the arithmetic between what is seen there: x_t =
 * √ᾱ·x₀ + √(1−ᾱ)·ε.
 *
 * @param timestep what the UNet is told, in [0, 1000) for most models
 * @param alphaCumprod ᾱ, the share of the picture, in [0, 1]
 */
public record NoiseLevel(float timestep, double alphaCumprod) {

  /** No noise at all: where a run ends. */
  public static final NoiseLevel CLEAN = new NoiseLevel(0, 1);

  /** Checks the range. */
  public NoiseLevel {
    if (!(alphaCumprod >= 0 && alphaCumprod <= 1)) {
      throw new IllegalArgumentException("alphaCumprod must be in [0, 1], was " + alphaCumprod);
    }
  }

  /** √ᾱ, the factor of the picture. */
  public double signal() {
    return Math.sqrt(alphaCumprod);
  }

  /** √(1−ᾱ), the factor of the noise. */
  public double noise() {
    return Math.sqrt(1 - alphaCumprod);
  }

  /** x_t of a clean picture and its noise. */
  public Latents addNoise(Latents original, Latents noise) {
    return Latents.mix(signal(), original, noise(), noise);
  }

  /**
   * x̂₀ of x_t and a noise prediction.
   *
   * @throws IllegalStateException if ᾱ is 0, where ε says nothing of the picture
   */
  public Latents predictOriginal(Latents sample, Latents noisePrediction) {
    if (alphaCumprod == 0) {
      throw new IllegalStateException(
          "a noise prediction says nothing of the picture at timestep %s, where only noise is left;"
                  .formatted(timestep)
              + " a schedule with zero terminal SNR needs a model of v-prediction");
    }
    return Latents.mix(1 / signal(), sample, -noise() / signal(), noisePrediction);
  }

  /**
   * ε of x_t and a picture that was changed: the noise that would lead to it.
   *
   * @throws IllegalStateException if ᾱ is 1, where there is no noise
   */
  public Latents returnToTimestep(Latents sample, Latents original) {
    if (alphaCumprod == 1) {
      throw new IllegalStateException("there is no noise at timestep " + timestep);
    }
    return Latents.mix(1 / noise(), sample, -signal() / noise(), original);
  }

  /** Reads a UNet's output, whatever it was trained to give. */
  public Prediction predict(Latents sample, Latents output, PredictionType type) {
    return switch (type) {
      case EPSILON -> new Prediction(predictOriginal(sample, output), output);
      case V_PREDICTION ->
          new Prediction(
              Latents.mix(signal(), sample, -noise(), output),
              Latents.mix(noise(), sample, signal(), output));
    };
  }

  /** The prediction whose picture was changed to {@code original}. */
  public Prediction changeOriginal(Latents sample, Latents original) {
    return new Prediction(original, returnToTimestep(sample, original));
  }
}
