package org.diffsynth.patchmatch.agreement;

/**
 * Sums over squares of (2r+1)² pixels, with the border pixels repeated outwards so that every sum
 * has equally many terms. Sums are integers, so the order of adding does not matter. {@link
 * ReferenceBoxSum} defines the result; {@link FastBoxSum} gives the same in less time.
 */
interface BoxSum {

  /** Replaces every entry of {@code plane} by the sum over its square; no sum may exceed an int. */
  void apply(int[] plane, int radius);
}
