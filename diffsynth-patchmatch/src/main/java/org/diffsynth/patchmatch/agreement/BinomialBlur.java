package org.diffsynth.patchmatch.agreement;

/**
 * Blurs by 1-4-6-4-1 in both directions, one direction after the other; the border pixels repeat
 * outwards. Sums are exact, so the order does not matter. An object serves one thread.
 */
final class BinomialBlur {

  private static final int RADIUS = 2;

  private final int width;
  private final int height;
  private final int channels;
  private final int[] padded;
  private final int[][] ring = new int[2 * RADIUS + 1][];

  /** Reads a row of samples. */
  interface Rows {
    /** Writes the samples of row {@code y}, side by side, from index {@code first} on. */
    void read(int y, int[] row, int first);
  }

  /** Receives 256 times the blur of a row. */
  interface Blurred {
    /** Uses the blurred samples of row {@code y}, side by side; the array is used again. */
    void row(int y, int[] blur256);
  }

  /** Creates a blur of rows with {@code channels} samples a pixel. */
  BinomialBlur(int width, int height, int channels) {
    this.width = width;
    this.height = height;
    this.channels = channels;
    this.padded = new int[(width + 2 * RADIUS) * channels];
    for (int k = 0; k < ring.length; k++) {
      ring[k] = new int[width * channels];
    }
  }

  /** Blurs the rows {@code from} to {@code to} − 1. */
  void apply(int from, int to, Rows rows, Blurred result) {
    int[] sums = new int[width * channels];
    int next = Math.max(0, from - RADIUS);
    for (int y = from; y < to; y++) {
      for (; next <= Math.min(y + RADIUS, height - 1); next++) {
        blurAlong(next, rows);
      }
      int[] a = line(y - 2);
      int[] b = line(y - 1);
      int[] c = line(y);
      int[] d = line(y + 1);
      int[] e = line(y + 2);
      for (int i = 0; i < sums.length; i++) {
        sums[i] = a[i] + e[i] + 4 * (b[i] + d[i]) + 6 * c[i];
      }
      result.row(y, sums);
    }
  }

  private int[] line(int y) {
    return ring[Math.min(Math.max(y, 0), height - 1) % ring.length];
  }

  private void blurAlong(int y, Rows rows) {
    int start = RADIUS * channels;
    rows.read(y, padded, start);
    for (int k = 0; k < start; k++) {
      padded[k] = padded[start + k % channels];
      padded[start + width * channels + k] = padded[start + (width - 1) * channels + k % channels];
    }
    int[] line = ring[y % ring.length];
    int one = channels;
    int two = 2 * channels;
    int three = 3 * channels;
    int four = 4 * channels;
    for (int i = 0; i < line.length; i++) {
      line[i] =
          padded[i]
              + padded[i + four]
              + 4 * (padded[i + one] + padded[i + three])
              + 6 * padded[i + two];
    }
  }
}
