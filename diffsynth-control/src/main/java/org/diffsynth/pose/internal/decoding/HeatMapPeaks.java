package org.diffsynth.pose.internal.decoding;

import java.util.ArrayList;
import java.util.List;

/** Local maxima of a plane of floats, placed between its samples. */
final class HeatMapPeaks {

  private HeatMapPeaks() {}

  /** A maximum at column {@code x}, row {@code y} in samples. */
  record Peak(double x, double y, double value) {}

  /** Samples above the threshold that none of the four neighbours exceeds; of equals, the last. */
  static List<Peak> of(float[] planes, int start, int width, int height, double threshold) {
    List<Peak> peaks = new ArrayList<>();
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int at = start + y * width + x;
        float value = planes[at];
        if (value > threshold
            && (x == 0 || value >= planes[at - 1])
            && (y == 0 || value >= planes[at - width])
            && (x == width - 1 || value > planes[at + 1])
            && (y == height - 1 || value > planes[at + width])) {
          peaks.add(at(planes, start, at, width, height));
        }
      }
    }
    return peaks;
  }

  /** The top near a sample that its neighbours do not exceed. */
  static Peak at(float[] planes, int start, int at, int width, int height) {
    int x = (at - start) % width;
    int y = (at - start) / width;
    double dx = x == 0 || x == width - 1 ? 0 : vertex(planes, at, 1);
    double dy = y == 0 || y == height - 1 ? 0 : vertex(planes, at, width);
    return new Peak(x + dx, y + dy, planes[at]);
  }

  /**
   * Where the parabola through three samples has its top, from the middle one, in [-0.5, 0.5].
   *
   * <p>Through their logarithms where all are positive: for a Gaussian, which heat maps are trained
   * to be, that is exact.
   */
  static double vertex(float[] values, int at, int step) {
    double before = values[at - step];
    double middle = values[at];
    double after = values[at + step];
    if (before > 0 && after > 0) {
      before = Math.log(before);
      middle = Math.log(middle);
      after = Math.log(after);
    }
    double curvature = before - 2 * middle + after;
    if (!(curvature < 0)) {
      return 0;
    }
    return Math.min(0.5, Math.max(-0.5, 0.5 * (before - after) / curvature));
  }
}
