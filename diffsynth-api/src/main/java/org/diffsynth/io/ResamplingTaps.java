package org.diffsynth.io;

import org.diffsynth.io.Resampler.Filter;

/**
 * Positions and weights of the input samples from which each output sample of a resampled line is
 * computed. The arithmetic is that of Pillow's {@code Resample.c}.
 *
 * @param first index of the first input sample of each output sample
 * @param weights weights of consecutive input samples, which sum to 1
 */
record ResamplingTaps(int[] first, double[][] weights) {

  /** Creates the taps that scale a whole line with a filter that is widened when shrinking. */
  static ResamplingTaps of(Filter filter, int length, int newLength) {
    return of(filter, true, 0, length, length, newLength);
  }

  /**
   * Creates the taps that scale a part of a line.
   *
   * @param antialias whether the filter is widened when shrinking
   * @param from start of the part on the input line; may be fractional
   * @param to end of the part on the input line
   * @param length number of samples of the input line
   * @param newLength number of samples of the output line
   */
  static ResamplingTaps of(
      Filter filter, boolean antialias, double from, double to, int length, int newLength) {
    double scale = (to - from) / newLength;
    double stretch = antialias ? Math.max(scale, 1) : 1;
    double radius = radius(filter) * stretch;
    int[] first = new int[newLength];
    double[][] weights = new double[newLength][];
    for (int i = 0; i < newLength; i++) {
      double centre = from + (i + 0.5) * scale;
      if (filter == Filter.NEAREST) {
        first[i] = Math.min(Math.max((int) Math.floor(centre), 0), length - 1);
        weights[i] = new double[] {1};
        continue;
      }
      int begin = Math.min(Math.max((int) (centre - radius + 0.5), 0), length - 1);
      int end = Math.min(Math.max((int) (centre + radius + 0.5), begin + 1), length);
      double[] taps = new double[end - begin];
      double sum = 0;
      for (int k = 0; k < taps.length; k++) {
        taps[k] = weight(filter, (begin + k - centre + 0.5) / stretch);
        sum += taps[k];
      }
      for (int k = 0; k < taps.length && sum != 0; k++) {
        taps[k] /= sum;
      }
      if (sum == 0) {
        taps[0] = 1;
      }
      first[i] = begin;
      weights[i] = taps;
    }
    return new ResamplingTaps(first, weights);
  }

  /** Returns the weights in single precision. */
  float[][] floatWeights() {
    float[][] rounded = new float[weights.length][];
    for (int i = 0; i < rounded.length; i++) {
      rounded[i] = new float[weights[i].length];
      for (int k = 0; k < rounded[i].length; k++) {
        rounded[i][k] = (float) weights[i][k];
      }
    }
    return rounded;
  }

  private static double radius(Filter filter) {
    return switch (filter) {
      case NEAREST, BOX -> 0.5;
      case BILINEAR -> 1;
      case BICUBIC -> 2;
      case LANCZOS -> 3;
    };
  }

  private static double weight(Filter filter, double x) {
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
    // StrictMath gives identical bits on every machine.
    double angle = x * Math.PI;
    return angle == 0 ? 1 : StrictMath.sin(angle) / angle;
  }
}
