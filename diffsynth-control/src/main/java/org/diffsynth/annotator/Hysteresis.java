package org.diffsynth.annotator;

/** Keeps weak pixels that hang together with strong ones. */
final class Hysteresis {

  private Hysteresis() {}

  /**
   * The candidates that are connected, over any of the eight neighbours, to a strong one.
   *
   * @param candidate pixels that may stay, row by row
   * @param strong pixels that stay in any case, if they are candidates
   */
  static boolean[] connected(boolean[] candidate, boolean[] strong, int width) {
    boolean[] kept = new boolean[candidate.length];
    int[] stack = new int[candidate.length];
    int size = 0;
    for (int i = 0; i < candidate.length; i++) {
      if (candidate[i] && strong[i]) {
        kept[i] = true;
        stack[size++] = i;
      }
    }
    int height = candidate.length / width;
    while (size > 0) {
      int at = stack[--size];
      int x = at % width;
      int y = at / width;
      for (int ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny++) {
        for (int nx = Math.max(0, x - 1); nx <= Math.min(width - 1, x + 1); nx++) {
          int neighbour = ny * width + nx;
          if (candidate[neighbour] && !kept[neighbour]) {
            kept[neighbour] = true;
            stack[size++] = neighbour;
          }
        }
      }
    }
    return kept;
  }
}
