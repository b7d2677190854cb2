package org.diffsynth.internal.diffusion;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.diffsynth.diffusion.ClipStart.MotionWarp;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.diffusion.NoiseLevel;
import org.diffsynth.diffusion.Prediction;

/**
 * The start of Text2Video-Zero: frame 0 is denoised alone to level T0, its latents there are copied
 * to all frames and shifted, and noise takes the copies back up to level T1.
 *
 * <pre>
 * x_k(T0) = shift(x_0(T0), k·(dx, dy))
 * x_k(T1) = √(ᾱ₁/ᾱ₀)·x_k(T0) + √(1−ᾱ₁/ᾱ₀)·ε_k          for k ≥ 1
 * </pre>
 *
 * <p>Frame 0 starts from its own latents at T1.
 *
 * <table>
 * <caption>Notation</caption>
 * <tr><td>T1, T0</td><td>levels after {@code stepsToT1} and {@code stepsToT0} steps</td></tr>
 * <tr><td>ᾱ₁, ᾱ₀</td><td>{@code atStart}, {@code cleaner}</td></tr>
 * <tr><td>x_0(T1), x_0(T0)</td><td>{@code atT1}, {@code first}</td></tr>
 * <tr><td>ε_k</td><td>frame k of {@code noises}</td></tr>
 * </table>
 *
 * @see <a href="https://arxiv.org/abs/2303.13439">Khachatryan et al. 2023, Text2Video-Zero, section
 *     3.3.1</a>
 */
final class WarpedStart implements StartLatents {

  private final RunSetup run;
  private final MotionWarp warp;
  private final ClipPredictor predictor;
  private final int frames;
  private final int stepsToT1;
  private final int stepsToT0;
  private final Latents noises;

  WarpedStart(
      RunSetup run, MotionWarp warp, PredictorFactory predictors, GuidanceBranches guidance) {
    if (run.plan().strength() < 1) {
      throw new IllegalArgumentException(
          "MotionWarp starts from noise alone: strength must be 1, but was "
              + run.plan().strength());
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
            .independentFrames(frames, shared.channels(), shared.height(), shared.width());
  }

  @Override
  public int firstStep() {
    return stepsToT1;
  }

  @Override
  public void planWork(ProgressEstimate progress) {
    progress.plan(ProgressEstimate.Work.PREDICT, stepsToT0 * predictor.rowsPerStep());
  }

  @Override
  public Latents compute(FrameStore input) throws IOException {
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
      first = run.afterStep(step, prediction, previous);
      run.checkFinite(first, "frame 0 alone, ", step);
      previous = prediction;
    }
    List<Latents> start = new ArrayList<>(List.of(atT1));
    NoiseLevel atStart = run.levels().get(stepsToT1);
    NoiseLevel cleaner = run.levels().get(stepsToT0);
    double pixels = run.model().vaeScaleFactor();
    for (int k = 1; k < frames; k++) {
      Latents shifted = LatentShift.shifted(first, k * warp.dx(), k * warp.dy(), pixels);
      start.add(atStart.addNoiseFrom(cleaner, shifted, noises.slice(k, k + 1)));
    }
    return Latents.concat(start);
  }
}
