package org.diffsynth.patchmatch.fast;

import java.util.Arrays;
import org.diffsynth.patchmatch.engine.Texels;

/** Kernels in plain Java, for where Java has not loaded the Vector API. */
public final class ScalarKernels implements Kernels {

  @Override
  public String device() {
    return "CPU, scalar";
  }

  @Override
  public FastPatchError error(Texels source, Texels target, int radius) {
    return new Rows(this, source, target, radius);
  }

  @Override
  public void forget(Texels texels) {
    // Texels are compared as they are.
  }

  @Override
  public void addRows(
      int[] sums, int to, int[] samples, int from, int stride, int rows, int[] weights, int count) {
    for (int row = 0; row < rows; row++) {
      int t = to + row * stride;
      int s = from + row * stride;
      for (int i = 0; i < count; i++) {
        sums[t + i] += weights[i] * samples[s + i];
      }
    }
  }

  @Override
  public void addColumns(
      int[] target, int t, int[] source, int s, int stride, int rows, int count, int[] sums) {
    Arrays.fill(sums, 0, count, 0);
    for (int row = 0; row < rows; row++, t += stride, s += stride) {
      for (int i = 0; i < count; i++) {
        sums[i] += Texels.squaredDifference(target[t + i], source[s + i]);
      }
    }
  }

  /** Adds up row by row and looks at the bound after each. */
  private static final class Rows extends FastGuideError {

    private final int[] source;
    private final int[] target;
    private final int width;
    private final int radius;

    Rows(Kernels kernels, Texels source, Texels target, int radius) {
      super(kernels, source, target, radius, 2);
      this.source = source.rgb();
      this.target = target.rgb();
      this.width = source.width();
      this.radius = radius;
    }

    @Override
    int of(int x, int y, int sourceX, int sourceY, int bound) {
      int side = 2 * radius + 1;
      int t = (y - radius) * width + x - radius;
      int s = (sourceY - radius) * width + sourceX - radius;
      int sum = 0;
      for (int row = 0; row < side; row++, t += width, s += width) {
        for (int i = 0; i < side; i++) {
          sum += Texels.squaredDifference(target[t + i], source[s + i]);
        }
        if (sum >= bound) {
          return sum;
        }
      }
      return sum;
    }
  }
}
