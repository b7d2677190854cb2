package org.diffsynth.diffusion;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * DDIM without added noise (η = 0): x̂₀ is noised again to the next level with the predicted noise.
 *
 * @param spacing which timesteps are visited
 * @param stepsOffset added to every timestep of {@link TimestepSpacing#LEADING}, in [0, 999]
 * @param endsClean whether the last step goes to ᾱ = 1 instead of the ᾱ of timestep 0: {@code
 *     set_alpha_to_one} in a scheduler configuration
 * @see <a href="https://arxiv.org/abs/2010.02502">Song et al. 2020, equation 12</a>
 */
public record DdimScheduler(TimestepSpacing spacing, int stepsOffset, boolean endsClean)
    implements Scheduler {

  /** As diffusers runs Stable Diffusion 1.5. */
  public static final DdimScheduler DIFFUSERS =
      new DdimScheduler(TimestepSpacing.LEADING, 1, false);

  /** As the authors' later library runs it: from 999 to 0, both included. */
  public static final DdimScheduler AUTHORS = new DdimScheduler(TimestepSpacing.AUTHORS, 0, true);

  /** As the paper's released code runs it: 999, 999 − 1000/steps, and so on. */
  public static final DdimScheduler PAPER = new DdimScheduler(TimestepSpacing.TRAILING, 0, true);

  private static final int MAX_OFFSET = 999;

  /** Checks the range. */
  public DdimScheduler {
    Objects.requireNonNull(spacing, "spacing");
    if (stepsOffset < 0 || stepsOffset > MAX_OFFSET) {
      throw new IllegalArgumentException("stepsOffset must be in [0, 999], was " + stepsOffset);
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
