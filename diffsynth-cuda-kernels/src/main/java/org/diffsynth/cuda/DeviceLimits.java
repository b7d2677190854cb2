package org.diffsynth.cuda;

/**
 * Limits of the device resources that a session may use. They change the speed, never the result.
 *
 * @param share largest part of the memory that is free when the session opens; above 0, at most 1
 * @param mostPairs largest number of pairs that are searched in one batch; at least 1
 */
record DeviceLimits(double share, int mostPairs) {

  /**
   * The default: 80 % of the free memory, which leaves some for other users such as the models of
   * the same pipeline, and 64 pairs.
   */
  static final DeviceLimits DEFAULT = new DeviceLimits(0.8, 64);

  /**
   * Creates a {@code DeviceLimits} from its components.
   *
   * @throws IllegalArgumentException if a component is outside its documented range
   */
  DeviceLimits {
    if (!(share > 0 && share <= 1)) {
      throw new IllegalArgumentException("share must be in (0, 1], but was " + share);
    }
    if (mostPairs < 1) {
      throw new IllegalArgumentException("mostPairs must be at least 1, but was " + mostPairs);
    }
  }

  /** Returns the number of bytes that a session opened now may hold. */
  long budget(GpuDevice device) {
    return (long) (share * device.freeBytes());
  }
}
