package org.diffsynth.patchmatch.fast;

import static org.diffsynth.match.NearestNeighborField.packedX;
import static org.diffsynth.match.NearestNeighborField.packedY;

import java.util.Arrays;
import org.diffsynth.patchmatch.engine.Picture;

/**
 * The equal votes of {@link org.diffsynth.patchmatch.reference.ReferenceVotes} in less time, with
 * the same result: patches side by side with one offset, a <em>run</em>, vote together. A run of n
 * patches of side s lies over n + s − 1 columns, and each column counts as often as patches of the
 * run lie over it:
 *
 * <pre>
 *   patches of side 3   ---        column  0 1 2 3 4
 *   run of 3             ---       times   1 2 3 2 1
 *                         ---
 * </pre>
 *
 * <p>So a run costs s rows of multiplied and added samples, which vectors do well, instead of n·s²
 * votes. Sums are integers and exact in any order.
 */
final class FastUniformVotes {

  private static final int LONGEST = 32;
  private static final int PADDING = 64; // kernels read and write whole vectors

  private final Kernels kernels;
  private final int radius;
  private final int[][] times = new int[LONGEST + 1][];

  FastUniformVotes(Kernels kernels, int radius) {
    this.kernels = kernels;
    this.radius = radius;
  }

  /** Returns the samples of a picture as padded integers, as kernels read them. */
  static int[] samples(Picture picture) {
    short[] samples = picture.samples();
    int[] wide = new int[samples.length + PADDING];
    for (int i = 0; i < samples.length; i++) {
      wide[i] = samples[i] & 0xFFFF;
    }
    return wide;
  }

  /** Creates an array for the vote sums of a picture of {@code width} by {@code height} pixels. */
  static int[] sums(int width, int height) {
    return new int[3 * width * height + PADDING];
  }

  /**
   * Adds up all votes.
   *
   * @param samples from {@link #samples}
   * @param sums from {@link #sums}; overwritten
   */
  void addUp(int[] samples, int[] field, int width, int height, int[] sums) {
    Arrays.fill(sums, 0);
    int side = 2 * radius + 1;
    for (int y = radius; y < height - radius; y++) {
      int length;
      for (int x = radius; x < width - radius; x += length) {
        int match = field[y * width + x];
        length = run(field, y * width + x, Math.min(width - radius - x, width - packedX(match)));
        int to = 3 * ((y - radius) * width + x - radius);
        int from = 3 * ((packedY(match) - radius) * width + packedX(match) - radius);
        kernels.addRows(
            sums, to, samples, from, 3 * width, side, times(length), 3 * (length + side - 1));
      }
    }
  }

  private static int run(int[] field, int i, int most) {
    int end = Math.min(most, LONGEST);
    int length = 1;
    while (length < end && field[i + length] == field[i] + length) {
      length++;
    }
    return length;
  }

  /** Returns how often each sample counts under a run, padded with zeros. */
  private int[] times(int length) {
    if (times[length] == null) {
      int columns = length + 2 * radius;
      int[] counts = new int[3 * columns + PADDING];
      for (int i = 0; i < 3 * columns; i++) {
        int column = i / 3;
        int first = Math.max(0, column - 2 * radius);
        int last = Math.min(length - 1, column);
        counts[i] = last - first + 1;
      }
      times[length] = counts;
    }
    return times[length];
  }

  /** Writes the rounded means of the sums as 16-bit samples. */
  void mean(int[] sums, int width, int height, short[] out) {
    double[] ones = new double[2 * radius + 2];
    double[] halves = new double[ones.length];
    for (int y = 0, i = 0; y < height; y++) {
      int rows = patchesOver(y, height);
      for (int columns = 1; columns < ones.length; columns++) {
        ones[columns] = 1.0 / (rows * columns);
        // Half a unit more keeps clear of whole quotients, so that rounding errors cannot matter.
        halves[columns] = rows * columns / 2 + 0.5;
      }
      for (int x = 0; x < width; x++, i += 3) {
        double one = ones[patchesOver(x, width)];
        double half = halves[patchesOver(x, width)];
        out[i] = (short) (int) ((sums[i] + half) * one);
        out[i + 1] = (short) (int) ((sums[i + 1] + half) * one);
        out[i + 2] = (short) (int) ((sums[i + 2] + half) * one);
      }
    }
  }

  /** Returns how many patches lie over a place along one axis. */
  private int patchesOver(int at, int size) {
    return Math.min(at + radius, size - 1 - radius) - Math.max(at - radius, radius) + 1;
  }
}
