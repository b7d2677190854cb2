package org.diffsynth.cuda;

/** Blocks of a launch and threads of a block. */
record Grid(int blocksX, int blocksY, int blocksZ, int threadsX, int threadsY) {

  private static final int LINE = 256;
  private static final int TILE = 32;
  private static final int ROWS = 8;

  /** A thread for each of {@code count} elements. */
  static Grid line(int count) {
    return new Grid(ceilDiv(count, LINE), 1, 1, LINE, 1);
  }

  /** A thread for each of {@code count} elements of each of {@code batch} pairs. */
  static Grid lanes(int count, int batch, int threads) {
    return new Grid(ceilDiv(count, threads), 1, batch, threads, 1);
  }

  /** A thread for each pixel of each of {@code batch} pairs. */
  static Grid pixels(int width, int height, int batch) {
    return new Grid(ceilDiv(width, TILE), ceilDiv(height, ROWS), batch, TILE, ROWS);
  }

  /** A block of 32 by 8 threads for each tile of 32 by 32 pixels of each of {@code batch} pairs. */
  static Grid tiles(int width, int height, int batch) {
    return new Grid(ceilDiv(width, TILE), ceilDiv(height, TILE), batch, TILE, ROWS);
  }

  private static int ceilDiv(int count, int size) {
    return (count + size - 1) / size;
  }

  @Override
  public String toString() {
    return "grid %dx%dx%d of %dx%d threads"
        .formatted(blocksX, blocksY, blocksZ, threadsX, threadsY);
  }
}
