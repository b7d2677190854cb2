package org.diffsynth.patchmatch.fast;

import org.diffsynth.patchmatch.engine.Texels;

/**
 * A picture laid out so that a patch lies in few cache lines: for each pixel the samples of itself
 * and of the four pixels below, 16 bytes in two longs.
 *
 * <pre>
 *   byte    0 1 2   3 4 5   6 7 8   9 10 11   12 13 14   15
 *   sample  r g b   r g b   r g b   r  g  b   r  g  b    0
 *   row       y      y+1     y+2      y+3       y+4
 * </pre>
 *
 * <p>Samples are stored less 128, so that widening a signed byte keeps differences. Rows below the
 * picture are 0. There is room before the first and after the last pixel, so that whole vectors can
 * be read.
 *
 * @param longs two per pixel, row by row, from {@link #FIRST} on
 */
record PatchStrips(long[] longs) {

  /** Number of picture rows in a strip. */
  static final int ROWS = 5;

  /** Number of longs that a pixel occupies in a strip. */
  static final int LONGS = 2;

  /** Index of the first long of the first pixel in the array of strips. */
  static final int FIRST = LONGS;

  private static final int AFTER_LAST = 16;

  /** Flips the top bit of each sample: unsigned to signed. */
  private static final int SIGNS = 0x808080;

  static PatchStrips of(Texels texels) {
    int width = texels.width();
    int height = texels.height();
    int[] rgb = texels.rgb();
    long[] longs = new long[FIRST + LONGS * width * height + AFTER_LAST];
    for (int y = 0; y < height; y++) {
      int row0 = y * width;
      boolean whole = y + ROWS <= height;
      for (int x = 0; x < width; x++) {
        int i = row0 + x;
        long t0 = rgb[i] ^ SIGNS;
        long t1;
        long t2;
        long t3;
        long t4;
        if (whole) {
          t1 = rgb[i + width] ^ SIGNS;
          t2 = rgb[i + 2 * width] ^ SIGNS;
          t3 = rgb[i + 3 * width] ^ SIGNS;
          t4 = rgb[i + 4 * width] ^ SIGNS;
        } else {
          t1 = y + 1 < height ? rgb[i + width] ^ SIGNS : 0;
          t2 = y + 2 < height ? rgb[i + 2 * width] ^ SIGNS : 0;
          t3 = y + 3 < height ? rgb[i + 3 * width] ^ SIGNS : 0;
          t4 = 0;
        }
        longs[FIRST + LONGS * i] = t0 | t1 << 24 | t2 << 48;
        longs[FIRST + LONGS * i + 1] = t2 >>> 16 | t3 << 8 | t4 << 32;
      }
    }
    return new PatchStrips(longs);
  }

  /** Returns the memory that the strips occupy, in bytes. */
  long bytes() {
    return 8L * longs.length;
  }
}
