package org.diffsynth.internal.diffusion;

import java.io.IOException;
import org.diffsynth.diffusion.ClipStart;
import org.diffsynth.diffusion.ClipStart.DdimInversion;
import org.diffsynth.diffusion.ClipStart.MotionWarp;
import org.diffsynth.diffusion.Latents;

/** Computes the latents that the denoising loop over all frames starts from. */
interface StartLatents {

  /** Returns the step that the loop starts with, counted from 0. */
  int firstStep();

  /** Adds the work of {@link #compute} to the estimate; called once, before that method. */
  void planWork(ProgressEstimate progress);

  /**
   * Returns x of all frames at the noise level of {@link #firstStep}.
   *
   * @param input frames of the input video at working size; null without an input video
   */
  Latents compute(FrameStore input) throws IOException;

  /**
   * Returns the start that the request asks for.
   *
   * @param guidance guidance of the run
   * @throws IllegalArgumentException if the start does not fit the run
   */
  static StartLatents of(
      ClipStart start,
      RunSetup run,
      PredictorFactory predictors,
      GuidanceBranches guidance,
      boolean withoutInput) {
    if (start instanceof DdimInversion inversion) {
      if (withoutInput) {
        throw new IllegalArgumentException("DdimInversion needs an input video");
      }
      if (run.plan().scheduler().addsNoise()) {
        throw new IllegalArgumentException(
            "DdimInversion needs a scheduler without added noise, because only deterministic steps"
                + " lead back to the input, but the scheduler was "
                + run.plan().scheduler());
      }
      return new InvertedStart(run, inversion, predictors);
    }
    if (start instanceof MotionWarp warp) {
      return new WarpedStart(run, warp, predictors, guidance);
    }
    return new NoisyStart(run, predictors.frames());
  }
}
