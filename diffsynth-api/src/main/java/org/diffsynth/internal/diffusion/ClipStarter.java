package org.diffsynth.internal.diffusion;

import java.io.IOException;
import org.diffsynth.diffusion.ClipStart;
import org.diffsynth.diffusion.ClipStart.DdimInversion;
import org.diffsynth.diffusion.ClipStart.MotionWarp;
import org.diffsynth.diffusion.Latents;

/** Makes the latents that the loop over all frames begins with. */
interface ClipStarter {

  /** The step that the loop begins with. */
  int firstStep();

  /** Tells the clock what is to be done; called once, before {@link #start}. */
  void planWork(WorkClock clock);

  /**
   * x of all frames at the level of {@link #firstStep}.
   *
   * @param input null where there is none
   */
  Latents start(FrameStore input) throws IOException;

  /**
   * The starter that the request asks for.
   *
   * @param guidance of the run
   * @throws IllegalArgumentException if it does not fit the run
   */
  static ClipStarter of(
      ClipStart start,
      RunSetup run,
      Predictors predictors,
      GuidanceBranches guidance,
      boolean withoutInput) {
    if (start instanceof DdimInversion inversion) {
      if (withoutInput) {
        throw new IllegalArgumentException("DdimInversion needs an input video");
      }
      return new InvertedStart(run, inversion, predictors);
    }
    if (start instanceof MotionWarp warp) {
      return new WarpedStart(run, warp, predictors, guidance);
    }
    return new NoisyStart(run, predictors.frames());
  }
}
