package org.diffsynth.diffusion;

import java.util.List;

/**
 * How a run goes from noise to picture: which noise levels it visits, and how it gets from one to
 * the next. Implementations are immutable values.
 *
 * <p>What is deflickered inside the loop is the {@link Prediction}: its picture is changed and its
 * noise recomputed before {@link #step} sees it, so any scheduler works with it.
 */
public interface Scheduler {

  /**
   * The levels of a run, noisiest first; the last is where the run ends, so there is one more than
   * steps.
   *
   * @param schedule the model's
   * @param steps steps asked for, at least 1; strength may leave fewer
   * @param strength share of the way that is gone, in (0, 1]; 1 starts from noise alone
   * @throws IllegalArgumentException if no step is left
   */
  List<NoiseLevel> levels(NoiseSchedule schedule, int steps, double strength);

  /**
   * One step, from level {@code index} to level {@code index + 1}.
   *
   * @param levels as {@link #levels} gave them
   * @param index the step, counted from 0
   * @param current what was predicted at this level, deflickered where it was to be
   * @param previous what was predicted in the step before, deflickered where it was to be; null in
   *     the first step
   * @return x at the next level
   */
  Latents step(List<NoiseLevel> levels, int index, Prediction current, Prediction previous);
}
