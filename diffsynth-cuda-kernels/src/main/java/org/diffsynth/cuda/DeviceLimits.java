package org.diffsynth.cuda;

/**
 * How much of a device a session may use.
 *
 * @param share part of the memory that is free when the session opens, above 0 and at most 1
 * @param mostPairs pairs that are searched at once when memory allows, at least 1
 */
record DeviceLimits(double share, int mostPairs) {

  /** Leaves a fifth for others, such as the models of the same pipeline. */
  static final DeviceLimits DEFAULT = new DeviceLimits(0.8, 64);

  /** Checks the ranges. */
  DeviceLimits {
    if (!(share > 0 && share <= 1)) {
      throw new IllegalArgumentException("share must be in (0, 1], was " + share);
    }
    if (mostPairs < 1) {
      throw new IllegalArgumentException("mostPairs must be at least 1, was " + mostPairs);
    }
  }

  long budget(GpuDevice device) {
    return (long) (share * device.freeBytes());
  }
}
