package org.diffsynth.pose.internal.decoding;

import java.util.ArrayList;
import java.util.List;

/** Finds the local maxima of a heat map, with sub-sample precision. */
final class HeatMapPeaks {

  private HeatMapPeaks() {}

  /**
   * A local maximum of a heat map.
   *
   * @param x column in samples; fractional
   * @param y row in samples; fractional
   * @param value value of the largest sample
   */
  record Peak(double x, double y, double value) {}

  /**
   * Finds the samples above a threshold that none of their four neighbours exceeds. Of equal
   * neighbours, the last one is the maximum.
   *
   * @param planes planes of samples, row by row
   * @param start index of the first sample of the plane that is searched
   * @param threshold samples must exceed this value
   */
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

  /**
   * Refines the position of a maximum: places it between samples by a quadratic fit in each
   * direction.
   */
  static Peak at(float[] planes, int start, int at, int width, int height) {
    int x = (at - start) % width;
    int y = (at - start) / width;
    double dx = x == 0 || x == width - 1 ? 0 : vertex(planes, at, 1);
    double dy = y == 0 || y == height - 1 ? 0 : vertex(planes, at, width);
    return new Peak(x + dx, y + dy, planes[at]);
  }

  /**
   * Returns the position of the vertex of the parabola through three samples, relative to the
   * middle sample, in [-0.5, 0.5].
   *
   * <p>The parabola is fitted to the logarithms of the samples if all are positive. This is exact
   * for a Gaussian, which is the shape that heat maps are trained to have.
   *
   * @param at index of the middle sample
   * @param step distance to the samples before and after it
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
