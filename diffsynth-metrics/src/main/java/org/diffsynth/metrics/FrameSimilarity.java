package org.diffsynth.metrics;

import org.diffsynth.frame.Frame;

/** How alike two pictures of one size are. */
public final class FrameSimilarity {

  /** What {@link #psnr} gives for equal pictures, in dB. */
  public static final double PSNR_OF_EQUALS = 99;

  private static final int RADIUS = 5;
  private static final double SIGMA = 1.5;
  private static final double C1 = 6.5025; // (0.01 · 255)²
  private static final double C2 = 58.5225; // (0.03 · 255)²

  private FrameSimilarity() {}

  /**
   * Peak signal-to-noise ratio of the 8-bit samples, in dB; larger is more alike, and equal
   * pictures have {@value #PSNR_OF_EQUALS}.
   *
   * @throws IllegalArgumentException if the sizes differ, with both
   */
  public static double psnr(Frame a, Frame b) {
    checkSameSize(a, b);
    byte[] left = a.toRgb8();
    byte[] right = b.toRgb8();
    long sum = 0;
    for (int i = 0; i < left.length; i++) {
      int difference = (left[i] & 0xFF) - (right[i] & 0xFF);
      sum += (long) difference * difference;
    }
    return sum == 0 ? PSNR_OF_EQUALS : 10 * Math.log10(255.0 * 255.0 * left.length / sum);
  }

  /**
   * Structural similarity of the luma, in [-1, 1], 1 for equal pictures: Gaussian window of 11 by
   * 11 and sigma 1.5, mirrored at the edges.
   *
   * @throws IllegalArgumentException if the sizes differ, with both
   * @see <a href="https://doi.org/10.1109/TIP.2003.819861">Wang et al. 2004</a>
   */
  public static double ssim(Frame a, Frame b) {
    checkSameSize(a, b);
    GreyImage left = GreyImage.of(a);
    GreyImage right = GreyImage.of(b);
    int n = left.values.length;
    double[] x = new double[n];
    double[] y = new double[n];
    double[] xx = new double[n];
    double[] yy = new double[n];
    double[] xy = new double[n];
    for (int i = 0; i < n; i++) {
      x[i] = left.values[i];
      y[i] = right.values[i];
      xx[i] = x[i] * x[i];
      yy[i] = y[i] * y[i];
      xy[i] = x[i] * y[i];
    }
    for (double[] plane : new double[][] {x, y, xx, yy, xy}) {
      blur(plane, left.width, left.height);
    }
    double sum = 0;
    for (int i = 0; i < n; i++) {
      double varianceX = xx[i] - x[i] * x[i];
      double varianceY = yy[i] - y[i] * y[i];
      double covariance = xy[i] - x[i] * y[i];
      sum +=
          (2 * x[i] * y[i] + C1)
              * (2 * covariance + C2)
              / ((x[i] * x[i] + y[i] * y[i] + C1) * (varianceX + varianceY + C2));
    }
    return sum / n;
  }

  private static void checkSameSize(Frame a, Frame b) {
    if (!a.sameSize(b)) {
      throw new IllegalArgumentException(
          "pictures must have one size, were %s and %s".formatted(a.size(), b.size()));
    }
  }

  private static void blur(double[] plane, int width, int height) {
    double[] kernel = new double[2 * RADIUS + 1];
    double total = 0;
    for (int i = -RADIUS; i <= RADIUS; i++) {
      kernel[i + RADIUS] = Math.exp(-i * i / (2 * SIGMA * SIGMA));
      total += kernel[i + RADIUS];
    }
    double[] rows = new double[plane.length];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        double sum = 0;
        for (int i = -RADIUS; i <= RADIUS; i++) {
          sum += kernel[i + RADIUS] * plane[y * width + mirror(x + i, width)];
        }
        rows[y * width + x] = sum / total;
      }
    }
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        double sum = 0;
        for (int i = -RADIUS; i <= RADIUS; i++) {
          sum += kernel[i + RADIUS] * rows[mirror(y + i, height) * width + x];
        }
        plane[y * width + x] = sum / total;
      }
    }
  }

  /** Mirrors about the outermost pixels, without repeating them. */
  private static int mirror(int i, int size) {
    if (size == 1) {
      return 0;
    }
    int period = 2 * (size - 1);
    int folded = Math.floorMod(i, period);
    return folded < size ? folded : period - folded;
  }
}
