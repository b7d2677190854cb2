package org.diffsynth.patchmatch;

import java.util.List;

/**
 * A guide at full size and at ever half the size, the finest level first.
 *
 * @param levels texels of each level
 */
record Pyramid(List<Texels> levels) {

  static Pyramid of(Picture guide, int levelCount) {
    return new Pyramid(guide.halves(levelCount).stream().map(Texels::of).toList());
  }

  /** Levels so that the coarsest still holds the largest patch; at least the full size itself. */
  static int levelCount(int width, int height, int largestPatch) {
    int ratio = Math.min(width, height) / largestPatch;
    return Math.max(1, 31 - Integer.numberOfLeadingZeros(Math.max(1, ratio)));
  }

  Texels finest() {
    return levels.get(0);
  }
}
