package org.diffsynth.patchmatch.engine;

import java.util.List;

/**
 * A guide at full size and at halves of it, the finest level first.
 *
 * @param levels texels of each level
 */
public record Pyramid(List<Texels> levels) {

  public static Pyramid of(Picture guide, int levelCount) {
    return new Pyramid(guide.halves(levelCount).stream().map(Texels::of).toList());
  }

  /** Returns the number of levels, at least 1, so that the coarsest holds the largest patch. */
  public static int levelCount(int width, int height, int largestPatch) {
    int ratio = Math.min(width, height) / largestPatch;
    return Math.max(1, 31 - Integer.numberOfLeadingZeros(Math.max(1, ratio)));
  }

  public Texels finest() {
    return levels.get(0);
  }
}
