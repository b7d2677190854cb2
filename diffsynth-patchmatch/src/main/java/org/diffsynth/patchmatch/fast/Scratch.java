package org.diffsynth.patchmatch.fast;

import java.util.ArrayList;
import java.util.List;
import org.diffsynth.patchmatch.engine.MatchGrid;

/** What one search needs besides its result; lent to one thread at a time and used again. */
final class Scratch {

  private final List<int[]> fields = new ArrayList<>();
  private final List<int[]> costs = new ArrayList<>();
  private long[] pixels = {};

  /** A grid for a level, its field and costs undefined. */
  MatchGrid grid(int level, int width, int height) {
    return new MatchGrid(
        width, height, get(fields, level, width * height), get(costs, level, width * height));
  }

  /** A grid for the finest level that works on {@code field} itself. */
  MatchGrid gridOver(int[] field, int width, int height) {
    return new MatchGrid(width, height, field, get(costs, 0, width * height));
  }

  /** At least {@code count} longs. */
  long[] pixels(int count) {
    if (pixels.length < count) {
      pixels = new long[count];
    }
    return pixels;
  }

  private static int[] get(List<int[]> arrays, int level, int count) {
    while (arrays.size() <= level) {
      arrays.add(new int[0]);
    }
    if (arrays.get(level).length < count) {
      arrays.set(level, new int[count]);
    }
    return arrays.get(level);
  }
}
