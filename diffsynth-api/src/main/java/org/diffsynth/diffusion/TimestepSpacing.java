package org.diffsynth.diffusion;

import java.util.ArrayList;
import java.util.List;

/**
 * Which of a model's timesteps a run of few steps visits. T is the number of timesteps the model
 * was trained with, 1000 as a rule; all go from noise to picture.
 */
public enum TimestepSpacing {

  /**
   * {@code i·⌊T/steps⌋ + offset}, as diffusers does for Stable Diffusion with an offset of 1. A
   * strength below 1 keeps the last {@code ⌊steps·strength⌋} of them.
   */
  LEADING,

  /**
   * {@code T − i·T/steps − 1} rounded; starts at the very end, where zero-terminal-SNR needs it.
   */
  TRAILING,

  /** From T−1 to 0, both included. */
  LINSPACE,

  /**
   * Noise levels σ with equal steps in σ^(1/7), of the same ends as {@link #LINSPACE}. Timesteps
   * fall between whole numbers.
   *
   * @see <a href="https://arxiv.org/abs/2206.00364">Karras et al. 2022, equation 5</a>
   */
  KARRAS,

  /**
   * As DiffSynth's authors: all steps, spread from {@code round(T·strength) − 1} to 0, both
   * included. A strength below 1 makes steps smaller instead of fewer.
   */
  AUTHORS;

  private static final double KARRAS_RHO = 7;

  /**
   * The levels of a run, noisiest first, without the end it runs to.
   *
   * @param schedule the model's
   * @param steps steps asked for, at least 1
   * @param strength share of the way that is gone, in (0, 1]; 1 starts from noise alone
   * @param offset added to every timestep of {@link #LEADING}
   * @throws IllegalArgumentException if no step is left, or there are more than timesteps
   */
  public List<NoiseLevel> levels(NoiseSchedule schedule, int steps, double strength, int offset) {
    if (steps < 1) {
      throw new IllegalArgumentException("steps must be at least 1, was " + steps);
    }
    if (!(strength > 0 && strength <= 1)) {
      throw new IllegalArgumentException("strength must be in (0, 1], was " + strength);
    }
    int total = schedule.timesteps();
    if (this == AUTHORS) {
      return authors(schedule, steps, strength);
    }
    if (steps > total) {
      throw new IllegalArgumentException(
          "steps must be at most the model's %d timesteps, was %d".formatted(total, steps));
    }
    int kept = Math.min((int) (steps * strength), steps);
    if (kept == 0) {
      throw new IllegalArgumentException(
          "no step is left of %d at strength %s: raise one of them".formatted(steps, strength));
    }
    List<NoiseLevel> levels = new ArrayList<>();
    for (int i = steps - kept; i < steps; i++) {
      levels.add(
          switch (this) {
            case LEADING -> schedule.at(leading(i, steps, total, offset));
            case TRAILING -> schedule.at((int) Math.rint(total - i * ((double) total / steps)) - 1);
            case LINSPACE ->
                schedule.at(
                    steps == 1
                        ? 0
                        : (int) Math.rint((total - 1.0) * (steps - 1 - i) / (steps - 1)));
            case KARRAS -> karras(schedule, i, steps);
            case AUTHORS -> throw new AssertionError("done above");
          });
    }
    return levels;
  }

  private static int leading(int i, int steps, int total, int offset) {
    int timestep = (steps - 1 - i) * (total / steps) + offset;
    if (timestep >= total) {
      throw new IllegalArgumentException(
          "%d steps with offset %d leave the model's %d timesteps".formatted(steps, offset, total));
    }
    return timestep;
  }

  private static List<NoiseLevel> authors(NoiseSchedule schedule, int steps, double strength) {
    int most = Math.max((int) Math.rint(schedule.timesteps() * strength) - 1, 0);
    int count = Math.min(steps, most + 1);
    List<NoiseLevel> levels = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int timestep =
          count == 1 ? most : (int) Math.rint(most - (double) (i * (long) most) / (count - 1));
      levels.add(schedule.at(timestep));
    }
    return levels;
  }

  private static NoiseLevel karras(NoiseSchedule schedule, int i, int steps) {
    int last = schedule.timesteps() - 1;
    if (schedule.alphaCumprod(last) == 0) {
      throw new IllegalArgumentException(
          "KARRAS cannot space a schedule with zero terminal SNR: its noise level is infinite");
    }
    if (i == 0 || i == steps - 1) {
      return schedule.at(i == 0 ? last : 0);
    }
    double from = Math.pow(sigma(schedule, last), 1 / KARRAS_RHO);
    double to = Math.pow(sigma(schedule, 0), 1 / KARRAS_RHO);
    double root = from + (to - from) * i / (steps - 1);
    double sigma = Math.pow(root, KARRAS_RHO);
    return new NoiseLevel((float) timestep(schedule, sigma), 1 / (1 + sigma * sigma));
  }

  private static double sigma(NoiseSchedule schedule, int timestep) {
    double alpha = schedule.alphaCumprod(timestep);
    return Math.sqrt((1 - alpha) / alpha);
  }

  /** Between whole timesteps, linear in log σ. */
  private static double timestep(NoiseSchedule schedule, double sigma) {
    int low = 0;
    int high = schedule.timesteps() - 1;
    while (high - low > 1) {
      int middle = (low + high) >>> 1;
      if (sigma(schedule, middle) <= sigma) {
        low = middle;
      } else {
        high = middle;
      }
    }
    double below = Math.log(sigma(schedule, low));
    double above = Math.log(sigma(schedule, high));
    double share = (Math.log(sigma) - below) / (above - below);
    return low + Math.min(Math.max(share, 0), 1) * (high - low);
  }
}
