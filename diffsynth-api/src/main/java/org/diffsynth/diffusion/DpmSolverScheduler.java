package org.diffsynth.diffusion;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.diffsynth.diffusion.Scheduler.TimestepSpacing;

/**
 * DPM-Solver++(2M) as in algorithm 2 of the paper.
 *
 * <table>
 *   <caption>Notation: symbols in the paper and names in the code</caption>
 *   <tr><th>paper</th><th>code</th></tr>
 *   <tr><td>α_t = √ᾱ_t</td><td>{@code signalRate()}</td></tr>
 *   <tr><td>σ_t = √(1−ᾱ_t)</td><td>{@code noiseRate()}</td></tr>
 *   <tr><td>λ_t = log(α_t / σ_t)</td><td>{@code lambda}</td></tr>
 *   <tr><td>h_i = λ_{t_i} − λ_{t_{i−1}}</td><td>{@code h}; {@code previousH} for h_{i−1}</td></tr>
 *   <tr><td>r_i = h_{i−1} / h_i</td><td>{@code previousH / h}</td></tr>
 *   <tr><td>x_θ(x_t, t)</td><td>{@code predictedOriginal}</td></tr>
 * </table>
 *
 * <p>The paper's step is x′ = (σ′/σ)·x − α′·(e^{−h} − 1)·D with D = (1 + 1/2r)·x̂₀ − (1/2r)·x̂₀ of
 * the step before. Writing x as α·x̂₀ + σ·ε, and e^{−h} as (σ′·α) / (α′·σ), splits it into the step
 * of DDIM and a correction, {@code α′·(1 − e^{−h}) / 2r · (x̂₀ − previous x̂₀)}. The first part
 * needs no λ, so it is defined at ᾱ = 0 and ᾱ = 1, where λ is infinite. At ᾱ = 0, r is infinite and
 * the correction is 0; the first and the last step have no correction by definition.
 *
 * <p>Spacings that end at (nearly) clean pictures are divided into one step more, and the last
 * timestep is left out, as diffusers does: a model call there would be spent on a picture that has
 * no noise left.
 */
record DpmSolverScheduler(TimestepSpacing spacing) implements Scheduler {

  private static final int STEPS_OFFSET = 1;

  DpmSolverScheduler {
    Objects.requireNonNull(spacing, "spacing");
  }

  @Override
  public List<NoiseLevel> levels(NoiseSchedule schedule, int steps, double strength) {
    List<NoiseLevel> levels =
        new ArrayList<>(spacing.levels(schedule, steps, strength, STEPS_OFFSET));
    if (endsClean() && steps < schedule.timesteps()) {
      int kept = levels.size();
      double all = spacing == TimestepSpacing.LINSPACE_ALL_STEPS ? strength : 1;
      levels.clear();
      levels.addAll(spacing.levels(schedule, steps + 1, all, STEPS_OFFSET));
      levels.remove(levels.size() - 1);
      levels.subList(0, levels.size() - Math.min(kept, levels.size())).clear();
    }
    levels.add(NoiseLevel.CLEAN);
    return List.copyOf(levels);
  }

  /** Returns whether the last timestep of the spacing is 0, or 1 with the offset. */
  private boolean endsClean() {
    return switch (spacing) {
      case LEADING, LINSPACE, LINSPACE_ALL_STEPS -> true;
      case TRAILING, KARRAS -> false; // KARRAS: the published schedule ends at the least noise
    };
  }

  @Override
  public Latents step(List<NoiseLevel> levels, int index, Prediction current, Prediction previous) {
    NoiseLevel from = levels.get(index);
    NoiseLevel to = levels.get(index + 1);
    Latents firstOrder = to.addNoise(current.predictedOriginal(), current.noise());
    if (previous == null || to.alphaCumprod() == 1) {
      return firstOrder;
    }
    double h = lambda(to) - lambda(from);
    double previousH = lambda(from) - lambda(levels.get(index - 1));
    double factor = to.signalRate() * -Math.expm1(-h) * h / (2 * previousH);
    Latents correction =
        Latents.mix(factor, current.predictedOriginal(), -factor, previous.predictedOriginal());
    return Latents.mix(1, firstOrder, 1, correction);
  }

  private static double lambda(NoiseLevel level) {
    return Math.log(level.signalRate()) - Math.log(level.noiseRate());
  }
}
