package org.diffsynth.internal.blend;

import org.diffsynth.internal.text.Text;

/**
 * Where a plan begins in a shot, by the numbers that the frames have in the whole shot. A plan that
 * begins later than with frame 0 gives the bytes of a plan over the whole shot, because random
 * probes and trees of blends depend on these numbers only.
 *
 * @param arrives number of the first frame that arrives, at least 0
 * @param writes number of the first frame that the plan finishes, at least {@code arrives}
 */
public record PlanStart(int arrives, int writes) {

  /** The beginning of a shot. */
  public static final PlanStart OF_SHOT = new PlanStart(0, 0);

  /** Checks the order of the numbers. */
  public PlanStart {
    if (arrives < 0 || writes < arrives) {
      throw new IllegalArgumentException(
          Text.format("writes must be at least %d, but was %d", arrives, writes));
    }
  }
}
