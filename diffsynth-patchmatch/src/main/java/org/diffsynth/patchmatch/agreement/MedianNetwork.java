package org.diffsynth.patchmatch.agreement;

import java.util.ArrayList;
import java.util.List;

/**
 * Finds the median of several values by exchanges in a fixed order: each leaves the smaller of two
 * values in one place and the larger in the other. The order does not depend on the values, so a
 * vector of pixels goes through it together. Exchanges that no median depends on are left out of
 * the sorting network.
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
    List<int[]> needed = withoutIdle(exchanges);
    this.lower = needed.stream().mapToInt(pair -> pair[0]).toArray();
    this.upper = needed.stream().mapToInt(pair -> pair[1]).toArray();
  }

  /** Leaves out exchanges that influence no median. */
  private List<int[]> withoutIdle(List<int[]> exchanges) {
    boolean[] needed = new boolean[count];
    needed[below()] = true;
    needed[above()] = true;
    List<int[]> kept = new ArrayList<>();
    for (int k = exchanges.size() - 1; k >= 0; k--) {
      int[] pair = exchanges.get(k);
      if (needed[pair[0]] || needed[pair[1]]) {
        needed[pair[0]] = true;
        needed[pair[1]] = true;
        kept.add(0, pair);
      }
    }
    return kept;
  }

  int count() {
    return count;
  }

  /** Returns the number of exchanges. */
  int exchanges() {
    return lower.length;
  }

  /** Returns the place that gets the smaller value of an exchange. */
  int lower(int exchange) {
    return lower[exchange];
  }

  /** Returns the place that gets the larger value of an exchange. */
  int upper(int exchange) {
    return upper[exchange];
  }

  /** Returns the place of the lower median. */
  int below() {
    return (count - 1) / 2;
  }

  /** Returns the place of the upper median: of an odd count that of the lower. */
  int above() {
    return count / 2;
  }
}
