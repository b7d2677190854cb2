package org.diffsynth.diffusion;

import org.diffsynth.internal.text.Text;

/**
 * The noise schedule that a model was trained with: ᾱ_t, the cumulative product of 1 − β_t, for
 * each timestep t. It is {@code alphas_cumprod} in diffusers. Immutable.
 *
 * @see <a href="https://arxiv.org/abs/2006.11239">Ho et al. 2020, DDPM, section 2</a>
 */
public final class NoiseSchedule {

  /** Schedule of Stable Diffusion 1.5: scaled linear, 1000 timesteps, β from 0.00085 to 0.012. */
  public static final NoiseSchedule STABLE_DIFFUSION = scaledLinear(0.00085, 0.012, 1000);

  private final double[] alphasCumprod;

  private NoiseSchedule(double[] alphasCumprod) {
    this.alphasCumprod = alphasCumprod;
  }

  /**
   * Creates a schedule in which √β grows linearly: {@code beta_schedule = scaled_linear} in
   * diffusers.
   *
   * @param betaStart β of timestep 0, in (0, betaEnd]
   * @param betaEnd β of the last timestep, below 1
   * @param timesteps number of timesteps, at least 2
   */
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

  /**
   * Creates a schedule in which β grows linearly: {@code beta_schedule = linear} in diffusers.
   *
   * @param betaStart β of timestep 0, in (0, betaEnd]
   * @param betaEnd β of the last timestep, below 1
   * @param timesteps number of timesteps, at least 2
   */
  public static NoiseSchedule linear(double betaStart, double betaEnd, int timesteps) {
    checkRange(betaStart, betaEnd, timesteps);
    double[] betas = new double[timesteps];
    for (int t = 0; t < timesteps; t++) {
      betas[t] = betaStart + (betaEnd - betaStart) * t / (timesteps - 1);
    }
    return ofBetas(betas);
  }

  /** Creates a schedule from β of every timestep: {@code trained_betas} in diffusers. */
  public static NoiseSchedule ofBetas(double[] betas) {
    if (betas.length < 2) {
      throw new IllegalArgumentException(
          "betas must have at least 2 timesteps, but had " + betas.length);
    }
    double[] products = new double[betas.length];
    double product = 1;
    for (int t = 0; t < betas.length; t++) {
      if (!(betas[t] > 0 && betas[t] <= 1)) {
        throw new IllegalArgumentException(
            Text.format("beta must be in (0, 1], but was %s at timestep %d", betas[t], t));
      }
      product *= 1 - betas[t];
      products[t] = product;
    }
    return new NoiseSchedule(products);
  }

  private static void checkRange(double betaStart, double betaEnd, int timesteps) {
    if (timesteps < 2) {
      throw new IllegalArgumentException("timesteps must be at least 2, but was " + timesteps);
    }
    if (!(betaStart > 0 && betaStart <= betaEnd && betaEnd < 1)) {
      throw new IllegalArgumentException(
          Text.format(
              "betaStart and betaEnd must be in (0, 1) and must not fall, but were %s and %s",
              betaStart, betaEnd));
    }
  }

  /**
   * Returns a copy of this schedule that is shifted and scaled so that the last timestep is pure
   * noise: {@code rescale_betas_zero_snr} in diffusers. It requires a model of type {@link
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

  /** Returns the number of timesteps that the model was trained with. */
  public int timesteps() {
    return alphasCumprod.length;
  }

  /** Returns ᾱ at a timestep, in [0, 1]. It falls from almost 1 at timestep 0. */
  public double alphaCumprod(int timestep) {
    return alphasCumprod[timestep];
  }

  /** Returns the noise level at a timestep. */
  public NoiseLevel at(int timestep) {
    return new NoiseLevel(timestep, alphasCumprod[timestep]);
  }
}
