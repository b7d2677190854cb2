package org.diffsynth.annotator;

/** Hysteresis thresholding: keeps weak pixels that are connected to strong pixels. */
final class Hysteresis {

  private Hysteresis() {}

  /**
   * Selects the candidates that are connected to a strong candidate through other candidates. Each
   * pixel is connected to its eight neighbours.
   *
   * @param candidate for each pixel, row by row, whether it may be kept
   * @param strong for each pixel, whether it is kept in any case, provided that it is a candidate
   * @param width number of columns
   * @return for each pixel, whether it is kept
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
