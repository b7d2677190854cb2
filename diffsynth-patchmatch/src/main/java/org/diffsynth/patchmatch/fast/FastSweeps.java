package org.diffsynth.patchmatch.fast;

import static org.diffsynth.match.NearestNeighborField.pack;
import static org.diffsynth.match.NearestNeighborField.packedX;
import static org.diffsynth.match.NearestNeighborField.packedY;

import java.util.Arrays;
import org.diffsynth.patchmatch.engine.CounterRandom;
import org.diffsynth.patchmatch.engine.MatchGrid;

/**
 * The passes of {@link org.diffsynth.patchmatch.reference.ReferenceSweeps} over one level, in less
 * time, with the same result. Three things make them fast:
 *
 * <ul>
 *   <li><b>Rows in the inner loop.</b> The reference sweeps columns one after the other. But a
 *       pixel of a column sweep depends on its neighbour in the same row only, so here each row is
 *       swept from end to end before the next, and memory is read in its order.
 *   <li><b>Costs are given up.</b> A candidate matters only if it costs less than the present
 *       match, so a measure may stop as soon as it reaches that bound; see {@link
 *       FastPatchError#of}.
 *   <li><b>All probes of a pixel at once.</b> A probe reads no other pixel's match, so the probes
 *       of an iteration, which the reference makes one pass after the other, follow each other
 *       while the patch is in the cache. The random numbers of a row are drawn ahead, in a loop
 *       that compilers turn into vector instructions.
 * </ul>
 *
 * <p>A sweep is sequential by nature: a good match travels along a whole row in one pass. That is
 * what makes it find more than a pass in which all pixels look at their neighbours at the same
 * time, and why threads work on different pairs of frames, never on one.
 */
final class FastSweeps {

  private final MatchGrid grid;
  private final int[] field;
  private final int[] cost;
  private final int width;
  private final FastPatchError error;
  private final int radius;
  private final int right;
  private final int bottom;

  FastSweeps(MatchGrid grid, FastPatchError error, int radius) {
    this.grid = grid;
    this.field = grid.field;
    this.cost = grid.cost;
    this.width = grid.width;
    this.error = error;
    this.radius = radius;
    this.right = grid.width - radius;
    this.bottom = grid.height - radius;
  }

  /** Computes the cost of every present match. */
  void measure() {
    int[] costs = new int[width];
    for (int y = radius; y < bottom; y++) {
      error.measureRow(grid, y, radius, costs);
    }
  }

  /** Probes at random, once for each key; the reach is halved from key to key. */
  void probe(int[] keys, int firstReach) {
    int[][] moves = new int[keys.length][width];
    int[] columns = new int[width];
    Arrays.setAll(columns, x -> x);
    for (int y = radius; y < bottom; y++) {
      for (int probe = 0; probe < keys.length; probe++) {
        drawRow(moves[probe], columns, keys[probe], y, Math.max(1, firstReach >> probe));
      }
      error.probeRow(grid, y, radius, moves);
    }
  }

  /**
   * Draws the moves of the candidates of a row: {@link CounterRandom}, in a form that compilers
   * turn into vector instructions. A move has its signed rows in the upper 16 bits and its signed
   * columns in the lower 16.
   */
  static void drawRow(int[] moves, int[] columns, int key, int y, int reach) {
    int choices = 2 * reach + 1;
    int row = key ^ y << 16;
    for (int x = 0; x < moves.length; x++) {
      int h = row ^ columns[x];
      h ^= h >>> 16;
      h *= 0x85EBCA6B;
      h ^= h >>> 13;
      h *= 0xC2B2AE35;
      h ^= h >>> 16;
      int dx = ((h & 0xFFFF) * choices >>> 16) - reach;
      int dy = ((h >>> 16) * choices >>> 16) - reach;
      moves[x] = dy << 16 | dx & 0xFFFF;
    }
  }

  /**
   * Sweeps from row to row.
   *
   * @param step 1 for downward, -1 for upward
   */
  void sweepRows(int step) {
    int first = step > 0 ? radius + 1 : bottom - 2;
    for (int y = first; y >= radius && y < bottom; y += step) {
      int before = -step * width;
      int down = step << 16;
      for (int x = radius, i = y * width + x; x < right; x++, i++) {
        int candidate = field[i + before] + down;
        if (candidate != field[i]) {
          offer(i, x, y, packedX(candidate), packedY(candidate));
        }
      }
    }
  }

  /**
   * Sweeps from column to column, row by row.
   *
   * @param step 1 for rightward, -1 for leftward
   */
  void sweepColumns(int step) {
    int first = step > 0 ? radius + 1 : right - 2;
    for (int y = radius; y < bottom; y++) {
      for (int x = first; x >= radius && x < right; x += step) {
        int i = y * width + x;
        int neighbour = field[i - step];
        if (neighbour + step != field[i]) {
          offer(i, x, y, packedX(neighbour) + step, packedY(neighbour));
        }
      }
    }
  }

  private void offer(int i, int x, int y, int sourceX, int sourceY) {
    if (sourceX < radius || sourceX >= right || sourceY < radius || sourceY >= bottom) {
      return;
    }
    int candidate = pack(sourceX, sourceY);
    if (candidate == field[i]) {
      return;
    }
    int candidateCost = error.of(x, y, sourceX, sourceY, cost[i]);
    if (candidateCost < cost[i]) {
      field[i] = candidate;
      cost[i] = candidateCost;
    }
  }
}
