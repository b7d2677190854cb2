package org.diffsynth.patchmatch.fast;

import org.diffsynth.patchmatch.engine.Texels;

/**
 * Sums of squared differences of guides. Pixels side by side with one offset share the sums of
 * their columns: from pixel to pixel one column enters and one leaves.
 */
abstract class FastGuideError extends FastPatchError {

  private final Kernels kernels;
  private final Texels source;
  private final Texels target;
  private final int radius;
  private final int[] columns;

  FastGuideError(Kernels kernels, Texels source, Texels target, int radius, int shortestRun) {
    super(shortestRun);
    this.kernels = kernels;
    this.source = source;
    this.target = target;
    this.radius = radius;
    this.columns = new int[source.width() + Texels.PADDING];
  }

  @Override
  final void run(int x, int y, int sourceX, int sourceY, int length, int[] costs) {
    int width = source.width();
    int side = 2 * radius + 1;
    kernels.addColumns(
        target.rgb(),
        (y - radius) * width + x - radius,
        source.rgb(),
        (sourceY - radius) * width + sourceX - radius,
        width,
        side,
        length + side - 1,
        columns);
    int sum = 0;
    for (int i = 0; i < side - 1; i++) {
      sum += columns[i];
    }
    for (int i = 0; i < length; i++) {
      sum += columns[i + side - 1];
      costs[i] = sum;
      sum -= columns[i];
    }
  }
}
