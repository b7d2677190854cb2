package org.diffsynth.diffusion;

import java.util.ArrayList;
import java.util.List;
import org.diffsynth.internal.text.Text;

/**
 * Timesteps of consistency models, as diffusers' LCMScheduler and TCDScheduler select them. Of the
 * T timesteps of a model (usually 1000), the distillation visited every k-th, {@code k − 1, 2k − 1,
 * …, T − 1}. A run takes equally spaced ones of these, noisiest first. Strength below 1 cuts the
 * noisiest of them off, so that a run has all its steps at any strength.
 */
final class ConsistencyTimesteps {

  /** Timesteps of the distillation in diffusers: {@code original_inference_steps}. */
  static final int ORIGINAL_STEPS = 50;

  private ConsistencyTimesteps() {}

  static int checked(int originalSteps) {
    if (originalSteps < 1) {
      throw new IllegalArgumentException(
          "originalSteps must be at least 1, but was " + originalSteps);
    }
    return originalSteps;
  }

  /**
   * Returns the levels that a run visits, without the level at which it ends.
   *
   * @param originalSteps number of timesteps of the distillation
   * @throws IllegalArgumentException if the distillation visited fewer timesteps than {@code steps}
   */
  static List<NoiseLevel> levels(
      NoiseSchedule schedule, int steps, double strength, int originalSteps) {
    if (steps < 1) {
      throw new IllegalArgumentException("steps must be at least 1, but was " + steps);
    }
    if (!(strength > 0 && strength <= 1)) {
      throw new IllegalArgumentException("strength must be in (0, 1], but was " + strength);
    }
    if (originalSteps > schedule.timesteps()) {
      throw new IllegalArgumentException(
          Text.format(
              "originalSteps must be at most the model's %d timesteps, but was %d",
              schedule.timesteps(), originalSteps));
    }
    int distance = schedule.timesteps() / originalSteps;
    int available = (int) (originalSteps * strength);
    if (steps > available) {
      throw new IllegalArgumentException(
          Text.format(
              "steps must be at most %d, the number of timesteps of a few-step model at strength %s,"
                  + " but was %d; 4 to 8 are usual",
              available, strength, steps));
    }
    List<NoiseLevel> levels = new ArrayList<>();
    for (int i = 0; i < steps; i++) {
      int index = (int) Math.floor(i * ((double) available / steps));
      levels.add(schedule.at((available - index) * distance - 1));
    }
    return levels;
  }
}
