package org.diffsynth.internal.blend;

/**
 * Numbers of the pictures and sums of a plan: the frame in the upper bits, the role in the lower 8
 * bits.
 */
public final class PictureId {

  private static final int ROLE_BITS = 8;
  private static final int BACKWARD = 64;
  private static final int MEAN = 128;
  private static final int OUTPUT = 255;

  private PictureId() {}

  /** The style picture of a frame. */
  public static long style(int frame) {
    return of(frame, 0);
  }

  /** The mean of the 2^level frames up to {@code frame}, seen from it; at level 0 its style. */
  static long pastNode(int frame, int level) {
    return of(frame, level);
  }

  /** The mean of the 2^level frames from {@code frame} on, seen from it; at level 0 its style. */
  static long futureNode(int frame, int level) {
    return of(frame, level == 0 ? 0 : BACKWARD + level);
  }

  /** The mean picture of an alignment round. */
  static long mean(int frame, int round) {
    return of(frame, MEAN + round);
  }

  /** The sum that becomes the finished frame. */
  static long output(int frame) {
    return of(frame, OUTPUT);
  }

  private static long of(int frame, int role) {
    return (long) frame << ROLE_BITS | role;
  }
}
