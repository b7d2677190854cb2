package org.diffsynth.patchmatch;

/**
 * The passes of {@link ScalarSearch} with the same result in less time: rows lie in the inner loop,
 * every cost is given up at the present one, and all probes of a pixel are tried while its patch is
 * at hand, since a probe looks at no other pixel.
 */
final class FastSweeps {

  private final int[] field;
  private final int[] cost;
  private final int width;
  private final PatchError error;
  private final int radius;
  private final int right;
  private final int bottom;

  FastSweeps(MatchGrid grid, PatchError error, int radius) {

    this.field = grid.field;
    this.cost = grid.cost;
    this.width = grid.width;
    this.error = error;
    this.radius = radius;
    this.right = grid.width - radius;
    this.bottom = grid.height - radius;
  }

  /** As {@link ScalarSearch#measure}. */
  void measure() {
    for (int y = radius; y < bottom; y++) {
      for (int x = radius; x < right; x++) {
        int i = y * width + x;
        cost[i] = error.of(x, y, field[i] & 0xFFFF, field[i] >>> 16, Integer.MAX_VALUE);
      }
    }
  }

  /**
   * As {@link ScalarSearch#probe} for one key after the other, the reach halved from key to key.
   */
  void probe(int[] keys, int firstReach) {
    for (int y = radius; y < bottom; y++) {
      for (int x = radius; x < right; x++) {
        int i = y * width + x;
        for (int probe = 0; probe < keys.length; probe++) {
          int reach = Math.max(1, firstReach >> probe);
          int random = CounterRandom.at(keys[probe], x, y);
          int match = field[i];
          offer(
              i,
              x,
              y,
              (match & 0xFFFF) + CounterRandom.offset(random & 0xFFFF, reach),
              (match >>> 16) + CounterRandom.offset(random >>> 16, reach));
        }
      }
    }
  }

  /** As {@link ScalarSearch#sweepRows}. */
  void sweepRows(int step) {
    int first = step > 0 ? radius + 1 : bottom - 2;
    for (int y = first; y >= radius && y < bottom; y += step) {
      int before = -step * width;
      int down = step << 16;
      for (int x = radius, i = y * width + x; x < right; x++, i++) {
        int candidate = field[i + before] + down;
        if (candidate != field[i]) {
          offer(i, x, y, candidate & 0xFFFF, candidate >>> 16);
        }
      }
    }
  }

  /** As {@link ScalarSearch#sweepColumns}; rows do not touch each other, so they go in turn. */
  void sweepColumns(int step) {
    int first = step > 0 ? radius + 1 : right - 2;
    for (int y = radius; y < bottom; y++) {
      for (int x = first; x >= radius && x < right; x += step) {
        int i = y * width + x;
        int neighbour = field[i - step];
        if (neighbour + step != field[i]) {
          offer(i, x, y, (neighbour & 0xFFFF) + step, neighbour >>> 16);
        }
      }
    }
  }

  private void offer(int i, int x, int y, int sourceX, int sourceY) {
    if (sourceX < radius || sourceX >= right || sourceY < radius || sourceY >= bottom) {
      return;
    }
    int candidate = sourceY << 16 | sourceX;
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
