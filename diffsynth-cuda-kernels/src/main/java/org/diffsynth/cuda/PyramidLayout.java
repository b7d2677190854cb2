package org.diffsynth.cuda;

/**
 * Sizes of the levels of a pyramid, the finest first, and where they lie in it.
 *
 * <p>A pyramid of texels holds every level twice, as it is and transposed; one of pictures holds it
 * once. Either way a level follows the next finer one.
 */
final class PyramidLayout {

  private final int[] widths;
  private final int[] heights;
  private final int[] pixelsBefore;

  /**
   * PyramidLayout so that the coarsest still holds the largest patch; at least the full size
   * itself.
   */
  PyramidLayout(int width, int height, int largestPatch) {
    int ratio = Math.max(1, Math.min(width, height) / largestPatch);
    int count = Math.max(1, 31 - Integer.numberOfLeadingZeros(ratio));
    widths = new int[count];
    heights = new int[count];
    pixelsBefore = new int[count + 1];
    for (int level = 0; level < count; level++) {
      widths[level] = level == 0 ? width : (widths[level - 1] + 1) / 2;
      heights[level] = level == 0 ? height : (heights[level - 1] + 1) / 2;
      pixelsBefore[level + 1] = pixelsBefore[level] + widths[level] * heights[level];
    }
  }

  int count() {
    return widths.length;
  }

  int width(int level) {
    return widths[level];
  }

  int height(int level) {
    return heights[level];
  }

  int pixels(int level) {
    return widths[level] * heights[level];
  }

  /** Pixels of all levels. */
  int allPixels() {
    return pixelsBefore[count()];
  }

  /** Number of the level's first pixel in a pyramid of pictures. */
  int pictureOffset(int level) {
    return pixelsBefore[level];
  }

  /** Number of the level's first texel in a pyramid of texels. */
  int texelOffset(int level) {
    return 2 * pixelsBefore[level];
  }
}
