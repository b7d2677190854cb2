package org.diffsynth.diffusion;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.diffsynth.diffusion.Scheduler.TimestepSpacing;

/**
 * DDIM without added noise. With η = 0, formula (12) of the paper is
 *
 * <pre>
 * x_{t−1} = √ᾱ_{t−1}·x̂₀ + √(1−ᾱ_{t−1})·ε
 * </pre>
 *
 * which is {@link NoiseLevel#addNoise} at the next level. See {@link Scheduler} for the notation.
 */
record DdimScheduler(TimestepSpacing spacing, int stepsOffset, boolean endsClean)
    implements Scheduler {

  private static final int MAX_OFFSET = 999;

  DdimScheduler {
    Objects.requireNonNull(spacing, "spacing");
    if (stepsOffset < 0 || stepsOffset > MAX_OFFSET) {
      throw new IllegalArgumentException("stepsOffset must be in [0, 999], but was " + stepsOffset);
    }
  }

  @Override
  public List<NoiseLevel> levels(NoiseSchedule schedule, int steps, double strength) {
    List<NoiseLevel> levels =
        new ArrayList<>(spacing.levels(schedule, steps, strength, stepsOffset));
    levels.add(endsClean ? NoiseLevel.CLEAN : schedule.at(0));
    return List.copyOf(levels);
  }

  @Override
  public Latents step(List<NoiseLevel> levels, int index, Prediction current, Prediction previous) {
    return levels.get(index + 1).addNoise(current.predictedOriginal(), current.noise());
  }
}
