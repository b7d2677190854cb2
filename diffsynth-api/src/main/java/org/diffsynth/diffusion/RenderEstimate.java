package org.diffsynth.diffusion;

import java.time.Duration;
import java.util.List;

/**
 * What a render will cost on this machine, from a few measured model calls: see {@code
 * Pipeline.estimate}.
 *
 * @param modelCalls number of calls of the UNet
 * @param modelRows number of frames that the UNet evaluates, counted once for each step, each
 *     branch of guidance, and each time that another frame looks at them
 * @param time estimated time of the render, without reading and writing video files and without
 *     annotators
 * @param latentBytes memory for the latents of the whole clip, in bytes, beside that of the model
 * @param diskBytes largest size of temporary files, in bytes
 * @param savings changes of the request that would save time, those first that change the result
 *     least
 */
public record RenderEstimate(
    long modelCalls,
    long modelRows,
    Duration time,
    long latentBytes,
    long diskBytes,
    List<Saving> savings) {

  /** Copies the list. */
  public RenderEstimate {
    savings = List.copyOf(savings);
  }

  /**
   * A change that saves time, each taken alone.
   *
   * @param change what to change
   * @param time time that the change saves
   */
  public record Saving(Change change, Duration time) {}

  /** A change of a request or of its pipeline, in the order of its effect on the result. */
  public enum Change {
    /** Deflicker inside the loop with a tiny VAE, such as TAESD. */
    TINY_LOOP_VAE,
    /** {@link CrossFrameAttention#FIRST_AND_PREVIOUS}, which evaluates each frame about once. */
    FIRST_AND_PREVIOUS,
    /** Deflicker in every fifth step only. */
    DEFLICKER_EVERY_FIFTH_STEP,
    /** Render every fifth frame, and interpolate the others. */
    EVERY_FIFTH_FRAME,
    /** Eight steps. */
    EIGHT_STEPS,
    /** A guidance scale of 1, which evaluates one branch of guidance instead of two. */
    NO_GUIDANCE
  }
}
