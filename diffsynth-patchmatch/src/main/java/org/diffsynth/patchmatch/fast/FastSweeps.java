package org.diffsynth.patchmatch.fast;

import static org.diffsynth.match.NearestNeighborField.pack;
import static org.diffsynth.match.NearestNeighborField.packedX;
import static org.diffsynth.match.NearestNeighborField.packedY;

import java.util.Arrays;
import org.diffsynth.patchmatch.engine.CounterRandom;
import org.diffsynth.patchmatch.engine.MatchGrid;
import org.diffsynth.patchmatch.reference.ReferenceSweeps;

/**
 * The passes of {@link ReferenceSweeps} with the same result in less time: rows lie in the inner
 * loop, every cost is given up at the present one, and all probes of a pixel are tried while its
 * patch is at hand, since a probe looks at no other pixel.
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

  /** As {@link ReferenceSweeps#measure}. */
  void measure() {
    int[] costs = new int[width];
    for (int y = radius; y < bottom; y++) {
      error.measureRow(grid, y, radius, costs);
    }
  }

  /**
   * As {@link ReferenceSweeps#probe} for one key after the other, the reach halved from key to key.
   */
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

  /** Where the candidates of a row lie; {@link CounterRandom} written so that it vectorises. */
  private static void drawRow(int[] moves, int[] columns, int key, int y, int reach) {
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

  /** As {@link ReferenceSweeps#sweepRows}. */
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

  /** As {@link ReferenceSweeps#sweepColumns}; rows do not touch each other, so they go in turn. */
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
