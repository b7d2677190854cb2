package org.diffsynth.patchmatch.agreement;

import org.diffsynth.patchmatch.engine.WorkerPool;

/**
 * Sums over squares of three by three cells of {@link StyleDetail#CELL} pixels, as far as they lie
 * in the picture. Sums are integers, so the order of adding does not matter.
 */
final class CellSums {

  private static final int CELL = StyleDetail.CELL;

  private final int width;
  private final int height;
  private final int columns;
  private final int rows;
  private final WorkerPool workers;

  CellSums(int width, int height, WorkerPool workers) {
    this.width = width;
    this.height = height;
    this.workers = workers;
    columns = (width + CELL - 1) / CELL;
    rows = (height + CELL - 1) / CELL;
  }

  int columns() {
    return columns;
  }

  int rows() {
    return rows;
  }

  /** Returns the number of pixels of the square around a cell. */
  int pixels(int cell) {
    return extent(cell % columns, width) * extent(cell / columns, height);
  }

  private static int extent(int cell, int size) {
    return Math.min(CELL * (cell + 2), size) - Math.max(CELL * (cell - 1), 0);
  }

  /** Returns the sums of a plane. */
  int[] sums(int[] plane) {
    return collect((line, i) -> add(line, plane, i));
  }

  /** Returns the sums of the products of two planes; no sum may exceed an int. */
  int[] products(int[] a, int[] b) {
    return collect((line, i) -> add(line, a, b, i));
  }

  private interface Line {
    void add(int[] line, int first);
  }

  private static void add(int[] line, int[] plane, int first) {
    for (int x = 0; x < line.length; x++) {
      line[x] += plane[first + x];
    }
  }

  private static void add(int[] line, int[] a, int[] b, int first) {
    for (int x = 0; x < line.length; x++) {
      line[x] += a[first + x] * b[first + x];
    }
  }

  private int[] collect(Line adder) {
    int[] single = new int[columns * rows];
    workers.run(
        rows,
        row -> {
          int[] line = new int[width];
          for (int y = CELL * row; y < Math.min(CELL * (row + 1), height); y++) {
            adder.add(line, y * width);
          }
          for (int x = 0; x < width; x++) {
            single[row * columns + x / CELL] += line[x];
          }
        });
    int[] across = new int[single.length];
    for (int k = 0; k < single.length; k++) {
      int column = k % columns;
      across[k] =
          single[k] + (column > 0 ? single[k - 1] : 0) + (column < columns - 1 ? single[k + 1] : 0);
    }
    int[] sums = new int[single.length];
    for (int k = 0; k < sums.length; k++) {
      int row = k / columns;
      sums[k] =
          across[k]
              + (row > 0 ? across[k - columns] : 0)
              + (row < rows - 1 ? across[k + columns] : 0);
    }
    return sums;
  }
}
