package org.diffsynth.patchmatch.agreement;

import java.util.ArrayList;
import java.util.List;

/**
 * Medians of many pixels at once: a sorting network runs over whole workers, so each exchange is a
 * minimum and a maximum that compilers turn into vector instructions.
 *
 * <p>Batcher's merge exchange for any count: Knuth, The Art of Computer Programming 3, 5.2.2,
 * Algorithm M.
 */
final class MedianNetwork {

  private final int count;
  private final int[] lower;
  private final int[] upper;

  MedianNetwork(int count) {
    this.count = count;
    List<int[]> exchanges = new ArrayList<>();
    int top = Integer.highestOneBit(Math.max(1, count - 1));
    for (int p = count > 1 ? top : 0; p > 0; p >>= 1) {
      int q = top;
      int r = 0;
      int d = p;
      while (true) {
        for (int i = 0; i < count - d; i++) {
          if ((i & p) == r) {
            exchanges.add(new int[] {i, i + d});
          }
        }
        if (q == p) {
          break;
        }
        d = q - p;
        q >>= 1;
        r = p;
      }
    }
    this.lower = exchanges.stream().mapToInt(pair -> pair[0]).toArray();
    this.upper = exchanges.stream().mapToInt(pair -> pair[1]).toArray();
  }

  int count() {
    return count;
  }

  /**
   * Sorts {@code values[i][x]} over i for each x below {@code width}, and writes the median; of an
   * even count the mean of the middle two, rounded up.
   */
  void median(int[][] values, int width, int[] median) {
    for (int k = 0; k < lower.length; k++) {
      exchange(values[lower[k]], values[upper[k]], width);
    }
    int[] below = values[(count - 1) / 2];
    int[] above = values[count / 2];
    for (int x = 0; x < width; x++) {
      median[x] = below[x] + above[x] + 1 >> 1;
    }
  }

  private static void exchange(int[] a, int[] b, int width) {
    for (int x = 0; x < width; x++) {
      int least = Math.min(a[x], b[x]);
      int most = Math.max(a[x], b[x]);
      a[x] = least;
      b[x] = most;
    }
  }
}
