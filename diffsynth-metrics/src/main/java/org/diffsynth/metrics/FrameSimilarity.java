package org.diffsynth.metrics;

import org.diffsynth.frame.Frame;
import org.diffsynth.internal.text.Text;

/** Similarity of two frames of the same size: PSNR and SSIM. */
public final class FrameSimilarity {

  /** Value of {@link #psnr} for equal frames, in dB. */
  public static final double PSNR_OF_EQUALS = 99;

  private static final int RADIUS = 5;
  private static final double SIGMA = 1.5;
  private static final double C1 = 6.5025; // (0.01 · 255)²
  private static final double C2 = 58.5225; // (0.03 · 255)²

  private FrameSimilarity() {}

  /**
   * Returns the peak signal-to-noise ratio of the 8-bit samples of two frames: 10·log₁₀(255² /
   * MSE).
   *
   * @return the ratio in dB, at least 0; higher is more similar. Equal frames have {@value
   *     #PSNR_OF_EQUALS}; 30 to 50 is typical of good results
   * @throws IllegalArgumentException if the sizes differ; the message names both
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
   * Returns the mean structural similarity (SSIM) of the luma of two frames. The window is a
   * Gaussian of 11 × 11 pixels with a standard deviation of 1.5; the frames are mirrored at their
   * edges.
   *
   * <p>SSIM = (2 μx μy + C₁)(2 σxy + C₂) / ((μx² + μy² + C₁)(σx² + σy² + C₂)), equation 13 of the
   * paper, with C₁ = (0.01 · 255)² and C₂ = (0.03 · 255)².
   *
   * @return a value in [-1, 1] without unit; higher is more similar, 1 for equal frames
   * @throws IllegalArgumentException if the sizes differ; the message names both
   * @see <a href="https://doi.org/10.1109/TIP.2003.819861">Wang et al. 2004, Image quality
   *     assessment: from error visibility to structural similarity</a>
   */
  public static double ssim(Frame a, Frame b) {
    checkSameSize(a, b);
    LumaImage left = LumaImage.of(a);
    LumaImage right = LumaImage.of(b);
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
          Text.format("a and b must have the same size, but were %s and %s", a.size(), b.size()));
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

  /** Mirrors an index at the outermost pixels, without repeating them. */
  private static int mirror(int i, int size) {
    if (size == 1) {
      return 0;
    }
    int period = 2 * (size - 1);
    int folded = Math.floorMod(i, period);
    return folded < size ? folded : period - folded;
  }
}
