package org.diffsynth.patchmatch.fast;

import static org.diffsynth.match.NearestNeighborField.pack;
import static org.diffsynth.match.NearestNeighborField.packedX;
import static org.diffsynth.match.NearestNeighborField.packedY;

import org.diffsynth.patchmatch.engine.MatchGrid;

/** Measures how badly patches fit, and may stop as soon as a patch fits too badly to win. */
public abstract class FastPatchError {

  private final int shortestRun;

  /**
   * Creates a measure of patch errors.
   *
   * @param shortestRun number of pixels from which on {@link #run} is faster than {@link #of}
   */
  FastPatchError(int shortestRun) {
    this.shortestRun = shortestRun;
  }

  final int shortestRun() {
    return shortestRun;
  }

  /**
   * Returns the cost of matching target pixel (x, y) to source pixel (sourceX, sourceY), both at
   * least the patch radius away from every edge.
   *
   * @param bound the cost to stay below, at least 0
   * @return the exact cost if it is less than {@code bound}; otherwise any value not less than it
   */
  abstract int of(int x, int y, int sourceX, int sourceY, int bound);

  /**
   * Computes the exact costs of matching {@code length} pixels side by side with one offset.
   *
   * @param x column of the first target pixel
   * @param sourceX column of the first source pixel
   * @param costs receives the costs, from index 0 on
   */
  abstract void run(int x, int y, int sourceX, int sourceY, int length, int[] costs);

  /** Sets the costs of the present matches of a row's interior, run by run. */
  void measureRow(MatchGrid grid, int y, int radius, int[] costs) {
    int[] field = grid.field;
    int end = (y + 1) * grid.width - radius;
    for (int i = y * grid.width + radius, x = radius; i < end; ) {
      int match = field[i];
      int most = Math.min(end - i, grid.width - packedX(match));
      int length = 1;
      while (length < most && field[i + length] == match + length) {
        length++;
      }
      if (length < shortestRun) {
        for (int k = 0; k < length; k++) {
          grid.cost[i + k] = of(x + k, y, packedX(match) + k, packedY(match), Integer.MAX_VALUE);
        }
      } else {
        run(x, y, packedX(match), packedY(match), length, costs);
        System.arraycopy(costs, 0, grid.cost, i, length);
      }
      i += length;
      x += length;
    }
  }

  /**
   * Lets each pixel of a row's interior try candidates one after the other.
   *
   * @param moves for each candidate and column the move from the match that the pixel has by then:
   *     signed rows in the upper 16 bits, signed columns in the lower 16
   */
  void probeRow(MatchGrid grid, int y, int radius, int[][] moves) {
    int[] field = grid.field;
    int[] cost = grid.cost;
    int columns = grid.width - 2 * radius;
    int rows = grid.height - 2 * radius;
    for (int x = radius, i = y * grid.width + x; x < grid.width - radius; x++, i++) {
      int match = field[i];
      int best = cost[i];
      for (int[] probe : moves) {
        int move = probe[x];
        int sourceX = packedX(match) + (short) move;
        int sourceY = packedY(match) + (move >> 16);
        if (move == 0
            || Integer.compareUnsigned(sourceX - radius, columns) >= 0
            || Integer.compareUnsigned(sourceY - radius, rows) >= 0) {
          continue;
        }
        int candidate = of(x, y, sourceX, sourceY, best);
        if (candidate < best) {
          best = candidate;
          match = pack(sourceX, sourceY);
        }
      }
      field[i] = match;
      cost[i] = best;
    }
  }
}
