package org.diffsynth.patchmatch;

/**
 * Carries a picture along a field: each target pixel becomes the mean of the source pixels that the
 * patches over it point to, one vote a patch, with one rounding.
 *
 * <p>Near an edge fewer patches lie over a pixel, and the mean is over those.
 */
final class VoteRemap {

  private VoteRemap() {}

  /** The scalar definition; {@code out} has the size of the picture. */
  static void apply(Picture source, int[] field, int radius, Picture out) {
    int width = source.width();
    int height = source.height();
    int last = width - 1 - radius;
    int[] sums = new int[3];
    for (int y = 0; y < height; y++) {
      int top = Math.max(y - radius, radius);
      int bottom = Math.min(y + radius, height - 1 - radius);
      for (int x = 0; x < width; x++) {
        int left = Math.max(x - radius, radius);
        int right = Math.min(x + radius, last);
        sums[0] = sums[1] = sums[2] = 0;
        for (int centreY = top; centreY <= bottom; centreY++) {
          for (int centreX = left; centreX <= right; centreX++) {
            int match = field[centreY * width + centreX];
            int sourceX = (match & 0xFFFF) + x - centreX;
            int sourceY = (match >>> 16) + y - centreY;
            int from = (sourceY * width + sourceX) * 3;
            for (int c = 0; c < 3; c++) {
              sums[c] += source.samples()[from + c] & 0xFFFF;
            }
          }
        }
        int votes = (bottom - top + 1) * (right - left + 1);
        int to = (y * width + x) * 3;
        for (int c = 0; c < 3; c++) {
          out.samples()[to + c] = (short) ((sums[c] + votes / 2) / votes);
        }
      }
    }
  }
}
