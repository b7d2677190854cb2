package org.diffsynth.internal.diffusion;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.diffsynth.diffusion.ClipStart.DdimInversion;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.diffusion.NoiseLevel;
import org.diffsynth.diffusion.NoiseSchedule;

/** The encoded input, taken up the run's noise levels by deterministic DDIM. */
final class InvertedStart implements ClipStarter {

  /** A hop to a noisier level, on the way that {@code step} of the run goes down. */
  private record Hop(NoiseLevel from, NoiseLevel to, int step) {}

  private final RunSetup run;
  private final NoisePredictor predictor;
  private final List<Hop> hops;
  private final int frames;

  InvertedStart(RunSetup run, DdimInversion inversion, Predictors predictors) {
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

  /** Whole timesteps between two levels, both excluded. */
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
  public void planWork(WorkClock clock) {
    clock.plan(WorkClock.Work.ENCODE, frames);
    clock.plan(WorkClock.Work.PREDICT, hops.size() * predictor.rowsPerStep());
  }

  @Override
  public Latents start(FrameStore input) throws IOException {
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
