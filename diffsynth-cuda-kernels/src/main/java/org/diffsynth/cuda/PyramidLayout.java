package org.diffsynth.cuda;

/**
 * The sizes of the levels of a pyramid, finest first, and the position of each level in device
 * memory. Each level has half the width and height of the previous one, rounded up.
 *
 * <p>A pyramid of pictures holds its levels one after the other. A pyramid of texels holds every
 * level twice, row by row and then transposed. See pictures.cu.
 */
final class PyramidLayout {

  private final int[] widths;
  private final int[] heights;
  private final int[] pixelsBefore;

  /**
   * Creates the layout for frames of one size. The number of levels is the largest for which the
   * coarsest level still holds the largest patch; it is at least 1.
   */
  PyramidLayout(int width, int height, int largestPatch) {
    int ratio = Math.max(1, Math.min(width, height) / largestPatch);
    int levels = Math.max(1, 31 - Integer.numberOfLeadingZeros(ratio));
    widths = new int[levels];
    heights = new int[levels];
    pixelsBefore = new int[levels + 1];
    for (int level = 0; level < levels; level++) {
      widths[level] = level == 0 ? width : (widths[level - 1] + 1) / 2;
      heights[level] = level == 0 ? height : (heights[level - 1] + 1) / 2;
      pixelsBefore[level + 1] = pixelsBefore[level] + widths[level] * heights[level];
    }
  }

  /** Returns the number of levels of the pyramid, at least 1. */
  int levels() {
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

  /** Returns the number of pixels of all levels together. */
  int allPixels() {
    return pixelsBefore[levels()];
  }

  /** Returns the index of the level's first pixel in a pyramid of pictures. */
  int pictureOffset(int level) {
    return pixelsBefore[level];
  }

  /** Returns the index of the level's first texel in a pyramid of texels. */
  int texelOffset(int level) {
    return 2 * pixelsBefore[level];
  }
}
