package org.diffsynth.internal.diffusion;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.diffsynth.diffusion.ClipStart.MotionWarp;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.diffusion.NoiseLevel;
import org.diffsynth.diffusion.Prediction;

/** Text2Video-Zero's start: frame 0 alone to T0, shifted copies of it, noised back to T1. */
final class WarpedStart implements ClipStarter {

  private final RunSetup run;
  private final MotionWarp warp;
  private final NoisePredictor predictor;
  private final int frames;
  private final int stepsToT1;
  private final int stepsToT0;
  private final Latents noises;

  WarpedStart(RunSetup run, MotionWarp warp, Predictors predictors, GuidanceBranches guidance) {
    if (run.plan().strength() < 1) {
      throw new IllegalArgumentException(
          "MotionWarp starts from noise alone: strength must be 1, was " + run.plan().strength());
    }
    this.run = run;
    this.warp = warp;
    this.frames = predictors.frames();
    this.predictor = predictors.forFirstFrame(guidance, "denoise frame 0");
    this.stepsToT1 = Math.min((int) Math.rint(warp.noisedTo() * run.steps()), run.steps() - 1);
    this.stepsToT0 = Math.max((int) Math.rint(warp.shiftedAt() * run.steps()), stepsToT1 + 1);
    Latents shared = run.noise();
    this.noises =
        run.plan()
            .sampling()
            .noise()
            .independent(frames, shared.channels(), shared.height(), shared.width());
  }

  @Override
  public int firstStep() {
    return stepsToT1;
  }

  @Override
  public void planWork(WorkClock clock) {
    clock.plan(WorkClock.Work.PREDICT, stepsToT0 * predictor.rowsPerStep());
  }

  @Override
  public Latents start(FrameStore input) throws IOException {
    Latents atT1 = null;
    Latents first = run.noise();
    Prediction previous = null;
    for (int step = 0; step < stepsToT0; step++) {
      if (step == stepsToT1) {
        atT1 = first;
      }
      NoiseLevel level = run.levels().get(step);
      Latents output = predictor.predict(first, level, step);
      Prediction prediction = level.predict(first, output, run.model().predictionType());
      first = run.plan().scheduler().step(run.levels(), step, prediction, previous);
      run.checkFinite(first, "frame 0 alone, ", step);
      previous = prediction;
    }
    List<Latents> start = new ArrayList<>(List.of(atT1));
    double kept =
        run.levels().get(stepsToT1).alphaCumprod() / run.levels().get(stepsToT0).alphaCumprod();
    double pixels = run.model().vaeScaleFactor();
    for (int k = 1; k < frames; k++) {
      Latents shifted = LatentShift.shifted(first, k * warp.dx(), k * warp.dy(), pixels);
      Latents fresh = noises.slice(k, k + 1);
      start.add(Latents.mix(Math.sqrt(kept), shifted, Math.sqrt(1 - kept), fresh));
    }
    return Latents.concat(start);
  }
}
