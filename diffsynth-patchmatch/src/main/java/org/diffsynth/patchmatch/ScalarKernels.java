package org.diffsynth.patchmatch;

/** Plain Java: what runs where the Vector API is missing. */
final class ScalarKernels implements Kernels {

  @Override
  public String device() {
    return "CPU, scalar";
  }

  @Override
  public PatchError error(Texels source, Texels target, int radius) {
    return new Rows(source.rgb(), target.rgb(), source.width(), radius);
  }

  /** Adds up row by row and looks at the bound after each. */
  private static final class Rows extends PatchError {

    private final int[] source;
    private final int[] target;
    private final int width;
    private final int radius;

    Rows(int[] source, int[] target, int width, int radius) {
      this.source = source;
      this.target = target;
      this.width = width;
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
          int a = target[t + i];
          int b = source[s + i];
          int red = (a & 0xFF) - (b & 0xFF);
          int green = (a >>> 8 & 0xFF) - (b >>> 8 & 0xFF);
          int blue = (a >>> 16) - (b >>> 16);
          sum += red * red + green * green + blue * blue;
        }
        if (sum >= bound) {
          return sum;
        }
      }
      return sum;
    }
  }
}
