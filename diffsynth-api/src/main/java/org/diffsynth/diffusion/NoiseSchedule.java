package org.diffsynth.diffusion;

/**
 * How much of the picture is left at each of the timesteps a model was trained with: ᾱ_t, the
 * cumulative product of 1 − β. Immutable.
 *
 * @see <a href="https://arxiv.org/abs/2006.11239">Ho et al. 2020, DDPM, section 2</a>
 */
public final class NoiseSchedule {

  /** That of Stable Diffusion 1.5: 1000 timesteps, β from 0.00085 to 0.012, scaled linearly. */
  public static final NoiseSchedule STABLE_DIFFUSION = scaledLinear(0.00085, 0.012, 1000);

  private final double[] alphasCumprod;

  private NoiseSchedule(double[] alphasCumprod) {
    this.alphasCumprod = alphasCumprod;
  }

  /** √β grows linearly: {@code scaled_linear} in a scheduler configuration. */
  public static NoiseSchedule scaledLinear(double betaStart, double betaEnd, int timesteps) {
    checkRange(betaStart, betaEnd, timesteps);
    double from = StrictMath.sqrt(betaStart);
    double to = StrictMath.sqrt(betaEnd);
    double[] betas = new double[timesteps];
    for (int t = 0; t < timesteps; t++) {
      double root = from + (to - from) * t / (timesteps - 1);
      betas[t] = root * root;
    }
    return ofBetas(betas);
  }

  /** β grows linearly: {@code linear} in a scheduler configuration. */
  public static NoiseSchedule linear(double betaStart, double betaEnd, int timesteps) {
    checkRange(betaStart, betaEnd, timesteps);
    double[] betas = new double[timesteps];
    for (int t = 0; t < timesteps; t++) {
      betas[t] = betaStart + (betaEnd - betaStart) * t / (timesteps - 1);
    }
    return ofBetas(betas);
  }

  /** Given β for every timestep: {@code trained_betas} in a scheduler configuration. */
  public static NoiseSchedule ofBetas(double[] betas) {
    if (betas.length < 2) {
      throw new IllegalArgumentException("at least 2 timesteps are needed, got " + betas.length);
    }
    double[] products = new double[betas.length];
    double product = 1;
    for (int t = 0; t < betas.length; t++) {
      if (!(betas[t] > 0 && betas[t] <= 1)) {
        throw new IllegalArgumentException(
            "beta must be in (0, 1], was %s at timestep %d".formatted(betas[t], t));
      }
      product *= 1 - betas[t];
      products[t] = product;
    }
    return new NoiseSchedule(products);
  }

  private static void checkRange(double betaStart, double betaEnd, int timesteps) {
    if (timesteps < 2) {
      throw new IllegalArgumentException("timesteps must be at least 2, was " + timesteps);
    }
    if (!(betaStart > 0 && betaStart <= betaEnd && betaEnd < 1)) {
      throw new IllegalArgumentException(
          "betas must rise in (0, 1), were %s and %s".formatted(betaStart, betaEnd));
    }
  }

  /**
   * The same shifted and stretched so that nothing of the picture is left at the last timestep:
   * {@code rescale_betas_zero_snr} in a scheduler configuration. Such a model must be of {@link
   * Prediction.Type#V_PREDICTION}.
   *
   * @see <a href="https://arxiv.org/abs/2305.08891">Lin et al. 2023, algorithm 1</a>
   */
  public NoiseSchedule withZeroTerminalSnr() {
    int last = alphasCumprod.length - 1;
    double firstRoot = StrictMath.sqrt(alphasCumprod[0]);
    double lastRoot = StrictMath.sqrt(alphasCumprod[last]);
    double[] rescaled = new double[alphasCumprod.length];
    for (int t = 0; t <= last; t++) {
      double root =
          (StrictMath.sqrt(alphasCumprod[t]) - lastRoot) * firstRoot / (firstRoot - lastRoot);
      rescaled[t] = root * root;
    }
    return new NoiseSchedule(rescaled);
  }

  /** Number of timesteps the model was trained with. */
  public int timesteps() {
    return alphasCumprod.length;
  }

  /** ᾱ at a timestep, in [0, 1]; falls from almost 1 at timestep 0. */
  public double alphaCumprod(int timestep) {
    return alphasCumprod[timestep];
  }

  /** The noise level at a timestep. */
  public NoiseLevel at(int timestep) {
    return new NoiseLevel(timestep, alphasCumprod[timestep]);
  }
}
