package org.diffsynth.cuda;

import java.util.Locale;

/**
 * The shape of a kernel launch.
 *
 * @param blocksX number of blocks along x
 * @param blocksY number of blocks along y
 * @param blocksZ number of blocks along z: one layer for each pair or group of a batch
 * @param threadsX threads of a block along x
 * @param threadsY threads of a block along y
 */
record Grid(int blocksX, int blocksY, int blocksZ, int threadsX, int threadsY) {

  private static final int LINE = 256;
  private static final int TILE = 32;
  private static final int ROWS = 8;

  /** Returns a one-dimensional grid with one thread for each of {@code count} elements. */
  static Grid line(int count) {
    return new Grid(ceilDiv(count, LINE), 1, 1, LINE, 1);
  }

  /**
   * Returns a grid with one thread for each of {@code count} lanes of each pair.
   *
   * @param batch number of pairs
   * @param threads threads of a block
   */
  static Grid lanes(int count, int batch, int threads) {
    return new Grid(ceilDiv(count, threads), 1, batch, threads, 1);
  }

  /** Returns a grid with one thread for each pixel of each of {@code batch} pairs. */
  static Grid pixels(int width, int height, int batch) {
    return new Grid(ceilDiv(width, TILE), ceilDiv(height, ROWS), batch, TILE, ROWS);
  }

  /**
   * Returns a grid with one block of 32 by 8 threads for each tile of 32 by 32 pixels of each of
   * {@code batch} pairs.
   */
  static Grid tiles(int width, int height, int batch) {
    return new Grid(ceilDiv(width, TILE), ceilDiv(height, TILE), batch, TILE, ROWS);
  }

  private static int ceilDiv(int count, int size) {
    return (count + size - 1) / size;
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "grid %dx%dx%d of %dx%d threads",
        blocksX,
        blocksY,
        blocksZ,
        threadsX,
        threadsY);
  }
}
