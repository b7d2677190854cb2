package org.diffsynth.patchmatch.agreement;

import org.diffsynth.patchmatch.engine.WorkerPool;

/** The definition of {@link BoxSum}: sums along the rows, then sums of these down the columns. */
final class ReferenceBoxSum implements BoxSum {

  private final int width;
  private final int height;
  private final WorkerPool workers;

  ReferenceBoxSum(int width, int height, WorkerPool workers) {
    this.width = width;
    this.height = height;
    this.workers = workers;
  }

  @Override
  public void apply(int[] plane, int radius) {
    int[] along = new int[width * height];
    workers.runRows(
        height,
        (from, to) -> {
          for (int i = from * width; i < to * width; i++) {
            for (int dx = -radius; dx <= radius; dx++) {
              int x = Math.min(Math.max(i % width + dx, 0), width - 1);
              along[i] += plane[i / width * width + x];
            }
          }
        });
    workers.runRows(
        height,
        (from, to) -> {
          for (int i = from * width; i < to * width; i++) {
            int sum = 0;
            for (int dy = -radius; dy <= radius; dy++) {
              int y = Math.min(Math.max(i / width + dy, 0), height - 1);
              sum += along[y * width + i % width];
            }
            plane[i] = sum;
          }
        });
  }
}
