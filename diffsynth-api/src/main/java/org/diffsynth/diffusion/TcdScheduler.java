package org.diffsynth.diffusion;

import java.util.List;

/**
 * Strategic stochastic sampling of trajectory consistency distillation. A step goes down to a
 * timestep s below the next one, t′, then adds noise up to t′:
 *
 * <pre>
 * s   = ⌊(1 − γ)·t′⌋
 * x_s = √ᾱ_s·x̂₀ + √(1−ᾱ_s)·ε
 * x′  = √(ᾱ′/ᾱ_s)·x_s + √(1 − ᾱ′/ᾱ_s)·z
 * </pre>
 *
 * <table>
 *   <caption>Notation: symbols in the paper and names in the code</caption>
 *   <tr><th>paper</th><th>code</th></tr>
 *   <tr><td>γ</td><td>{@code eta}, as in diffusers</td></tr>
 *   <tr><td>s, ᾱ_s</td><td>{@code below}</td></tr>
 *   <tr><td>t′, ᾱ′</td><td>{@code next}</td></tr>
 *   <tr><td>z</td><td>{@code noise}</td></tr>
 * </table>
 *
 * @param eta share of the way to the clean picture that is covered beyond t′, in [0, 1]
 * @param originalSteps number of timesteps that the distillation visited
 */
record TcdScheduler(double eta, int originalSteps) implements Scheduler {

  TcdScheduler {
    if (!(eta >= 0 && eta <= 1)) {
      throw new IllegalArgumentException("eta must be in [0, 1], but was " + eta);
    }
    ConsistencyTimesteps.checked(originalSteps);
  }

  @Override
  public List<NoiseLevel> levels(NoiseSchedule schedule, int steps, double strength) {
    List<NoiseLevel> levels = ConsistencyTimesteps.levels(schedule, steps, strength, originalSteps);
    levels.add(schedule.at(0));
    return List.copyOf(levels);
  }

  @Override
  public boolean addsNoise() {
    return eta > 0;
  }

  @Override
  public Latents step(List<NoiseLevel> levels, int index, Prediction current, Prediction previous) {
    return levels.get(index + 1).addNoise(current.predictedOriginal(), current.noise());
  }

  @Override
  public Latents step(
      NoiseSchedule schedule,
      List<NoiseLevel> levels,
      int index,
      Prediction current,
      Prediction previous,
      Latents noise) {
    NoiseLevel next = levels.get(index + 1);
    NoiseLevel below = schedule.at((int) Math.floor((1 - eta) * next.timestep()));
    Latents sample = below.addNoise(current.predictedOriginal(), current.noise());
    return next.addNoiseFrom(below, sample, noise);
  }
}
