package org.diffsynth.metrics;

import org.diffsynth.frame.Frame;

/** Statistics of a single frame: mean luma and sharpness. */
public final class FrameStatistics {

  private FrameStatistics() {}

  /** Returns the mean luma (BT.601) of the frame, on the scale 0 to 255. */
  public static double meanLuma(Frame frame) {
    return meanLuma(LumaImage.of(frame));
  }

  static double meanLuma(LumaImage grey) {
    double sum = 0;
    for (float value : grey.values) {
      sum += value;
    }
    return sum / grey.values.length;
  }

  /**
   * Returns the variance of the Laplacian of the luma: a measure of sharpness, which noise also
   * increases. The Laplacian is the sum of the four neighbours minus four times the pixel; the
   * frame is mirrored at its edges.
   *
   * @return the variance, at least 0, for luma on the scale 0 to 255; higher is sharper or noisier
   */
  public static double laplacianVariance(Frame frame) {
    return laplacianVariance(LumaImage.of(frame));
  }

  static double laplacianVariance(LumaImage grey) {
    int width = grey.width;
    int height = grey.height;
    double sum = 0;
    double squares = 0;
    for (int y = 0; y < height; y++) {
      int up = (y > 0 ? y - 1 : Math.min(1, height - 1)) * width;
      int down = (y < height - 1 ? y + 1 : Math.max(0, height - 2)) * width;
      for (int x = 0; x < width; x++) {
        int left = x > 0 ? x - 1 : Math.min(1, width - 1);
        int right = x < width - 1 ? x + 1 : Math.max(0, width - 2);
        double value =
            grey.values[up + x]
                + grey.values[down + x]
                + grey.values[y * width + left]
                + grey.values[y * width + right]
                - 4.0 * grey.values[y * width + x];
        sum += value;
        squares += value * value;
      }
    }
    double n = (double) width * height;
    return squares / n - sum / n * (sum / n);
  }
}
