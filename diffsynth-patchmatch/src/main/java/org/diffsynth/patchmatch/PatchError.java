package org.diffsynth.patchmatch;

/** Measures how badly patches fit, and stops as soon as it is plain that one fits too badly. */
abstract class PatchError {

  /**
   * The cost of matching target pixel (x, y) to source pixel (sourceX, sourceY), both at least the
   * patch radius away from every edge.
   *
   * @param bound the cost to stay below, at least 0
   * @return the exact cost if it is less than {@code bound}, otherwise anything not less
   */
  abstract int of(int x, int y, int sourceX, int sourceY, int bound);
}
