package org.diffsynth.diffusion;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * DPM-Solver++ (2M): a step of second order from this and the step before's x̂₀, in λ = log(√ᾱ /
 * √(1−ᾱ)). The first and the last step are of first order. Good with few steps.
 *
 * @param spacing which timesteps are visited; {@link TimestepSpacing#LEADING} with an offset of 1
 * @see <a href="https://arxiv.org/abs/2211.01095">Lu et al. 2022, algorithm 2</a>
 */
public record DpmSolverScheduler(TimestepSpacing spacing) implements Scheduler {

  /** From the last timestep to 0 in equal steps. */
  public static final DpmSolverScheduler DEFAULT = new DpmSolverScheduler(TimestepSpacing.LINSPACE);

  /** With Karras' noise levels. */
  public static final DpmSolverScheduler KARRAS = new DpmSolverScheduler(TimestepSpacing.KARRAS);

  /** Checks that a spacing is given. */
  public DpmSolverScheduler {
    Objects.requireNonNull(spacing, "spacing");
  }

  @Override
  public List<NoiseLevel> levels(NoiseSchedule schedule, int steps, double strength) {
    List<NoiseLevel> levels = new ArrayList<>(spacing.levels(schedule, steps, strength, 1));
    levels.add(NoiseLevel.CLEAN);
    return List.copyOf(levels);
  }

  /*
   * With D = x̂₀ + (x̂₀ − x̂₀') / 2r and h = λ' − λ the step is σ'/σ·x − √ᾱ'·(e^−h − 1)·D. Writing x
   * as √ᾱ·x̂₀ + σ·ε and e^−h as σ'·√ᾱ / (√ᾱ'·σ) leaves DDIM's step and a correction, which needs no
   * λ where it is infinite: there r is infinite, or the step of first order.
   */
  @Override
  public Latents step(List<NoiseLevel> levels, int index, Prediction current, Prediction previous) {
    NoiseLevel from = levels.get(index);
    NoiseLevel to = levels.get(index + 1);
    Latents first = to.addNoise(current.predictedOriginal(), current.noise());
    if (previous == null || to.alphaCumprod() == 1) {
      return first;
    }
    double h = lambda(to) - lambda(from);
    double lastH = lambda(from) - lambda(levels.get(index - 1));
    double factor = to.signal() * -Math.expm1(-h) * h / (2 * lastH);
    Latents change =
        Latents.mix(factor, current.predictedOriginal(), -factor, previous.predictedOriginal());
    return Latents.mix(1, first, 1, change);
  }

  private static double lambda(NoiseLevel level) {
    return Math.log(level.signal()) - Math.log(level.noise());
  }
}
