package org.diffsynth.internal.diffusion;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.diffsynth.diffusion.ClipStart.DdimInversion;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.diffusion.NoiseLevel;
import org.diffsynth.diffusion.NoiseSchedule;

/**
 * Starts from the input inverted by deterministic DDIM: the encoded input is moved up the noise
 * levels of the run, from the last to the first, so that denoising under the same prompt gives the
 * input again.
 *
 * <p>A hop from level b up to the noisier level a, as {@link DdimInversion} states it:
 *
 * <pre>
 * (1) ε   = model(x_b, t_a)
 * (2) x̂₀  = (x_b − √(1−ᾱ_b)·ε) / √ᾱ_b
 * (3) x_a = √ᾱ_a·x̂₀ + √(1−ᾱ_a)·ε
 * </pre>
 *
 * <table>
 * <caption>Notation</caption>
 * <tr><td>x_b, x_a</td><td>{@code latents} before and after a hop</td></tr>
 * <tr><td>ᾱ_b, ᾱ_a</td><td>{@code hop.from}, {@code hop.to}</td></tr>
 * <tr><td>t_a</td><td>timestep of {@code hop.to}</td></tr>
 * <tr><td>ε</td><td>{@code noise}</td></tr>
 * </table>
 *
 * @see <a href="https://arxiv.org/abs/2010.02502">Song et al. 2020, DDIM, section 4.3</a>
 */
final class InvertedStart implements StartLatents {

  /** A move to a noisier level, within the levels that {@code step} of the run spans. */
  private record Hop(NoiseLevel from, NoiseLevel to, int step) {}

  private final RunSetup run;
  private final ClipPredictor predictor;
  private final List<Hop> hops;
  private final int frames;

  InvertedStart(RunSetup run, DdimInversion inversion, PredictorFactory predictors) {
    this.run = run;
    this.frames = predictors.frames();
    this.predictor =
        predictors.forClip(
            predictors.guidance(
                inversion.prompt(), inversion.negativePrompt(), inversion.guidanceScale()),
            "invert");
    this.hops = hops(run, inversion.refinement());
  }

  private static List<Hop> hops(RunSetup run, int refinement) {
    List<Hop> hops = new ArrayList<>();
    for (int step = run.steps() - 1; step >= 0; step--) {
      NoiseLevel from = run.levels().get(step + 1);
      NoiseLevel top = run.levels().get(step);
      for (NoiseLevel between : between(from, top, refinement, run.model().noiseSchedule())) {
        hops.add(new Hop(from, between, step));
        from = between;
      }
      hops.add(new Hop(from, top, step));
    }
    return hops;
  }

  /** Returns levels at whole timesteps between two levels, without these two. */
  private static List<NoiseLevel> between(
      NoiseLevel from, NoiseLevel to, int refinement, NoiseSchedule schedule) {
    List<NoiseLevel> levels = new ArrayList<>();
    double last = from.timestep();
    for (int i = 1; i < refinement; i++) {
      double exact = from.timestep() + (to.timestep() - from.timestep()) * (double) i / refinement;
      int timestep = (int) Math.rint(exact);
      if (timestep > last && timestep < to.timestep()) {
        levels.add(schedule.at(timestep));
        last = timestep;
      }
    }
    return levels;
  }

  @Override
  public int firstStep() {
    return 0;
  }

  @Override
  public void planWork(ProgressEstimate progress) {
    progress.plan(ProgressEstimate.Work.ENCODE, frames);
    progress.plan(ProgressEstimate.Work.PREDICT, hops.size() * predictor.rowsPerStep());
  }

  @Override
  public Latents compute(FrameStore input) throws IOException {
    Latents latents = run.encode(input);
    for (Hop hop : hops) {
      Latents output = predictor.predict(latents, hop.to, hop.step);
      Latents noise = hop.to.predict(latents, output, run.model().predictionType()).noise();
      latents = hop.to.addNoise(hop.from.predictOriginal(latents, noise), noise);
      run.checkFinite(latents, "inverting, ", hop.step);
    }
    return latents;
  }
}
