package org.diffsynth.internal.blend;

/**
 * Numbers of the pictures and sums of a plan: the frame in the upper bits, the role in the lower 8
 * bits.
 */
public final class PictureId {

  private static final int ROLE_BITS = 8;
  private static final int BACKWARD = 64;
  private static final int OUTPUT = 255;

  private PictureId() {}

  /** Returns the number of the style picture of a frame. */
  public static long style(int frame) {
    return of(frame, 0);
  }

  /**
   * Returns the number of the mean of the 2^level frames that end with {@code frame}, aligned to
   * that frame; at level 0, this is the style of the frame.
   */
  static long pastNode(int frame, int level) {
    return of(frame, level);
  }

  /**
   * Returns the number of the mean of the 2^level frames that begin with {@code frame}, aligned to
   * that frame; at level 0, this is the style of the frame.
   */
  static long futureNode(int frame, int level) {
    return of(frame, level == 0 ? 0 : BACKWARD + level);
  }

  /** Returns the number of the sum that becomes the finished frame. */
  static long output(int frame) {
    return of(frame, OUTPUT);
  }

  private static long of(int frame, int role) {
    return (long) frame << ROLE_BITS | role;
  }
}
