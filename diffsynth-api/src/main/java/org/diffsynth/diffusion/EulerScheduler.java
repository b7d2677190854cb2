package org.diffsynth.diffusion;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Euler's method on the probability flow in σ = √((1−ᾱ)/ᾱ): x/√ᾱ moves along ε by the change of σ,
 * down to σ = 0.
 *
 * <p>Between the same two levels this is algebraically the step of {@link DdimScheduler}; what
 * differs is which levels are visited and that the run always ends clean.
 *
 * @param spacing which timesteps are visited; {@link TimestepSpacing#LEADING} with an offset of 1
 * @see <a href="https://arxiv.org/abs/2206.00364">Karras et al. 2022, algorithm 1 without its
 *     second-order part</a>
 */
public record EulerScheduler(TimestepSpacing spacing) implements Scheduler {

  /** From the last timestep to 0 in equal steps. */
  public static final EulerScheduler DEFAULT = new EulerScheduler(TimestepSpacing.LINSPACE);

  /** With Karras' noise levels. */
  public static final EulerScheduler KARRAS = new EulerScheduler(TimestepSpacing.KARRAS);

  /** Checks that a spacing is given. */
  public EulerScheduler {
    Objects.requireNonNull(spacing, "spacing");
  }

  @Override
  public List<NoiseLevel> levels(NoiseSchedule schedule, int steps, double strength) {
    List<NoiseLevel> levels = new ArrayList<>(spacing.levels(schedule, steps, strength, 1));
    levels.add(NoiseLevel.CLEAN);
    return List.copyOf(levels);
  }

  @Override
  public Latents step(List<NoiseLevel> levels, int index, Prediction current, Prediction previous) {
    // x/√ᾱ + (σ' − σ)·ε = x̂₀ + σ'·ε, which stays finite where σ does not.
    return levels.get(index + 1).addNoise(current.predictedOriginal(), current.noise());
  }
}
