package org.diffsynth.patchmatch.agreement;

import org.diffsynth.patchmatch.engine.WorkerPool;

/**
 * Computes {@link BoxSum} with running sums: from pixel to pixel one term enters and one leaves, so
 * the time does not depend on the radius.
 */
final class FastBoxSum implements BoxSum {

  private final int width;
  private final int height;
  private final WorkerPool workers;
  private final int[] lines;

  FastBoxSum(int width, int height, WorkerPool workers) {
    this.width = width;
    this.height = height;
    this.workers = workers;
    this.lines = new int[width * height];
  }

  @Override
  public void apply(int[] plane, int radius) {
    workers.runRows(
        height,
        (from, to) -> {
          for (int y = from; y < to; y++) {
            sumLine(plane, y * width, radius);
          }
        });
    workers.runRows(height, (from, to) -> sumColumns(plane, from, to, radius));
  }

  private void sumLine(int[] plane, int start, int radius) {
    int last = width - 1;
    int sum = 0;
    for (int x = -radius; x <= radius; x++) {
      sum += plane[start + Math.min(Math.max(x, 0), last)];
    }
    lines[start] = sum;
    int x = 1;
    for (; x <= Math.min(radius, last); x++) {
      sum += plane[start + Math.min(x + radius, last)] - plane[start];
      lines[start + x] = sum;
    }
    for (int enter = start + radius, leave = start - radius - 1; x < width - radius; x++) {
      sum += plane[enter + x] - plane[leave + x];
      lines[start + x] = sum;
    }
    for (; x < width; x++) {
      sum += plane[start + last] - plane[start + x - radius - 1];
      lines[start + x] = sum;
    }
  }

  private void sumColumns(int[] plane, int from, int to, int radius) {
    int last = height - 1;
    int[] sums = new int[width];
    for (int y = from - radius; y <= from + radius; y++) {
      int line = Math.min(Math.max(y, 0), last) * width;
      for (int x = 0; x < width; x++) {
        sums[x] += lines[line + x];
      }
    }
    System.arraycopy(sums, 0, plane, from * width, width);
    for (int y = from + 1; y < to; y++) {
      int enter = Math.min(y + radius, last) * width;
      int leave = Math.max(y - radius - 1, 0) * width;
      for (int x = 0; x < width; x++) {
        sums[x] += lines[enter + x] - lines[leave + x];
      }
      System.arraycopy(sums, 0, plane, y * width, width);
    }
  }
}
