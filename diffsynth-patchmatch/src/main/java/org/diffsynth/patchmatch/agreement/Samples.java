package org.diffsynth.patchmatch.agreement;

/** Unsigned 16-bit samples, stored in shorts. */
final class Samples {

  private Samples() {}

  /** Rounds to nearest, half up, and clamps to [0, 65535]. */
  static short round(float value) {
    return (short) Math.min(Math.max((int) (value + 0.5f), 0), 65535);
  }
}
