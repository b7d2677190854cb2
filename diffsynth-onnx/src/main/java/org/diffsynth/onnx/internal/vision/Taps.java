package org.diffsynth.onnx.internal.vision;

import org.diffsynth.onnx.vision.InputSpec.Filter;

/**
 * Which samples of a line, with which weights, make each sample of the resampled line.
 *
 * <p>The arithmetic is Pillow's (Resample.c): the filter's centre lies at the middle of the new
 * sample, weights beyond the line's ends are left out and the others sum to 1.
 *
 * @param first index of the first sample of each new sample
 * @param weights weights of the samples from there on
 */
record Taps(int[] first, double[][] weights) {

  /**
   * For one direction.
   *
   * @param from where the first new sample begins on the old line
   * @param to where the last new sample ends on the old line
   * @param length samples of the old line
   * @param newLength samples of the new line
   * @param antialias whether the filter is widened on the way down
   */
  static Taps of(
      Filter filter, boolean antialias, double from, double to, int length, int newLength) {
    double scale = (to - from) / newLength;
    double stretch = antialias ? Math.max(scale, 1) : 1;
    double support = support(filter) * stretch;
    int[] first = new int[newLength];
    double[][] weights = new double[newLength][];
    for (int i = 0; i < newLength; i++) {
      double centre = from + (i + 0.5) * scale;
      if (filter == Filter.NEAREST) {
        first[i] = Math.min(Math.max((int) Math.floor(centre), 0), length - 1);
        weights[i] = new double[] {1};
        continue;
      }
      int begin = Math.min(Math.max((int) (centre - support + 0.5), 0), length - 1);
      int end = Math.min(Math.max((int) (centre + support + 0.5), begin + 1), length);
      double[] row = new double[end - begin];
      double sum = 0;
      for (int k = 0; k < row.length; k++) {
        row[k] = value(filter, (begin + k - centre + 0.5) / stretch);
        sum += row[k];
      }
      for (int k = 0; k < row.length && sum != 0; k++) {
        row[k] /= sum;
      }
      if (sum == 0) {
        row[0] = 1;
      }
      first[i] = begin;
      weights[i] = row;
    }
    return new Taps(first, weights);
  }

  private static double support(Filter filter) {
    return switch (filter) {
      case NEAREST, BOX -> 0.5;
      case BILINEAR -> 1;
      case BICUBIC -> 2;
      case LANCZOS -> 3;
    };
  }

  private static double value(Filter filter, double x) {
    double distance = Math.abs(x);
    return switch (filter) {
      case NEAREST, BOX -> x > -0.5 && x <= 0.5 ? 1 : 0;
      case BILINEAR -> Math.max(0, 1 - distance);
      case BICUBIC -> cubic(distance);
      case LANCZOS -> distance < 3 ? sinc(x) * sinc(x / 3) : 0;
    };
  }

  private static double cubic(double x) {
    double a = -0.5;
    if (x < 1) {
      return ((a + 2) * x - (a + 3)) * x * x + 1;
    }
    return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
  }

  private static double sinc(double x) {
    double angle = x * Math.PI;
    return angle == 0 ? 1 : StrictMath.sin(angle) / angle;
  }
}
