package org.diffsynth.patchmatch.fast;

import java.util.ArrayList;
import java.util.List;
import org.diffsynth.patchmatch.engine.MatchGrid;

/** Reusable buffers of one search, except its result. One thread at a time may use them. */
final class Scratch {

  private final List<int[]> fields = new ArrayList<>();
  private final List<int[]> costs = new ArrayList<>();
  private long[] pixels = {};

  /** Returns a grid for a pyramid level. Its field and costs have undefined values. */
  MatchGrid grid(int level, int width, int height) {
    return new MatchGrid(
        width, height, get(fields, level, width * height), get(costs, level, width * height));
  }

  /** Returns a grid for the finest level that works on {@code field} itself. */
  MatchGrid gridOver(int[] field, int width, int height) {
    return new MatchGrid(width, height, field, get(costs, 0, width * height));
  }

  /** Returns a buffer of at least {@code count} longs with undefined values. */
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
