package org.diffsynth.diffusion;

import java.util.List;

/**
 * Multistep consistency sampling of latent consistency models. A step estimates the clean latents,
 * then adds noise up to the next level:
 *
 * <pre>
 * (1) f  = c_skip·x_t + c_out·x̂₀
 * (2) x′ = √ᾱ′·f + √(1−ᾱ′)·z
 * </pre>
 *
 * <table>
 *   <caption>Notation: symbols in the paper and names in the code</caption>
 *   <tr><th>paper</th><th>code</th></tr>
 *   <tr><td>f_θ(x_t, t)</td><td>{@code denoised}</td></tr>
 *   <tr><td>c_skip = σ_d² / ((10t)² + σ_d²), σ_d = 0.5</td><td>{@code skip}</td></tr>
 *   <tr><td>c_out = 10t / √((10t)² + σ_d²)</td><td>{@code out}</td></tr>
 *   <tr><td>z</td><td>{@code noise}</td></tr>
 * </table>
 *
 * <p>Written with x_t = √ᾱ·x̂₀ + √(1−ᾱ)·ε, (1) needs the prediction only.
 *
 * @param originalSteps number of timesteps that the distillation visited
 */
record LcmScheduler(int originalSteps) implements Scheduler {

  private static final double DATA_DEVIATION = 0.5;
  private static final double TIMESTEP_SCALE = 10;

  LcmScheduler {
    ConsistencyTimesteps.checked(originalSteps);
  }

  @Override
  public List<NoiseLevel> levels(NoiseSchedule schedule, int steps, double strength) {
    List<NoiseLevel> levels = ConsistencyTimesteps.levels(schedule, steps, strength, originalSteps);
    levels.add(NoiseLevel.CLEAN);
    return List.copyOf(levels);
  }

  @Override
  public boolean addsNoise() {
    return true;
  }

  @Override
  public Latents step(List<NoiseLevel> levels, int index, Prediction current, Prediction previous) {
    return levels.get(index + 1).addNoise(denoised(levels.get(index), current), current.noise());
  }

  @Override
  public Latents step(
      NoiseSchedule schedule,
      List<NoiseLevel> levels,
      int index,
      Prediction current,
      Prediction previous,
      Latents noise) {
    return levels.get(index + 1).addNoise(denoised(levels.get(index), current), noise);
  }

  /** Returns f of the class description. */
  private static Latents denoised(NoiseLevel level, Prediction current) {
    double scaled = level.timestep() * TIMESTEP_SCALE;
    double variance = DATA_DEVIATION * DATA_DEVIATION;
    double skip = variance / (scaled * scaled + variance);
    double out = scaled / Math.sqrt(scaled * scaled + variance);
    return Latents.mix(
        out + skip * level.signalRate(),
        current.predictedOriginal(),
        skip * level.noiseRate(),
        current.noise());
  }
}
