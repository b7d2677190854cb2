package org.diffsynth.annotator;

import java.util.Arrays;

/**
 * The line y = scale · x + shift that maps the depth of one frame onto the depth of another frame,
 * and its robust fit.
 *
 * <p>The first estimate of the scale is the ratio of the standard deviations of both maps, and the
 * shift makes their means equal. Six rounds follow: samples whose difference is above 2.5 robust
 * standard deviations are outliers, and scale and shift are estimated again from the others. Least
 * squares would estimate too small a scale, because it attributes all noise to one of the maps.
 *
 * @param scale factor on the depth
 * @param shift depth that is added
 */
record DepthLine(double scale, double shift) {

  static final DepthLine IDENTITY = new DepthLine(1, 0);

  private static final int ROUNDS = 6;

  /**
   * The quantile of the absolute differences from which their spread is estimated. It is above the
   * median because a background without depth often fills half of the picture, and would decide the
   * median alone.
   */
  private static final double SPREAD = 0.75;

  /** Standard deviation of a Gaussian divided by the {@link #SPREAD} quantile of |x|. */
  private static final double GAUSSIAN = 0.8693;

  /** Samples whose difference is above this number of robust deviations are outliers. */
  private static final double INLIER = 2.5;

  /** Maps a depth onto the depth of the other frame. */
  double at(double x) {
    return scale * x + shift;
  }

  /**
   * Fits the line that maps one depth map onto another, without the pixels that have moved.
   *
   * @param from samples of the map that is transformed
   * @param to samples of the map that is approximated, at the same pixels
   */
  static DepthLine fit(float[] from, float[] to) {
    float[] residuals = new float[from.length];
    DepthLine line = refit(from, to, residuals, 0, IDENTITY);
    for (int round = 0; round < ROUNDS; round++) {
      for (int i = 0; i < from.length; i++) {
        residuals[i] = (float) Math.abs(line.at(from[i]) - to[i]);
      }
      // A difference of one 16-bit level is rounding, not motion.
      double limit = INLIER * GAUSSIAN * quantile(residuals, SPREAD) + 1.0 / 65535;
      line = refit(from, to, residuals, limit, line);
    }
    return line;
  }

  /** Fits the line to the samples whose residual is at most {@code limit}. */
  private static DepthLine refit(
      float[] from, float[] to, float[] residuals, double limit, DepthLine otherwise) {
    long count = 0;
    double sumFrom = 0;
    double sumTo = 0;
    for (int i = 0; i < from.length; i++) {
      if (residuals[i] <= limit) {
        count++;
        sumFrom += from[i];
        sumTo += to[i];
      }
    }
    double meanFrom = sumFrom / count;
    double meanTo = sumTo / count;
    double squaresFrom = 0;
    double squaresTo = 0;
    for (int i = 0; i < from.length; i++) {
      if (residuals[i] <= limit) {
        squaresFrom += (from[i] - meanFrom) * (from[i] - meanFrom);
        squaresTo += (to[i] - meanTo) * (to[i] - meanTo);
      }
    }
    if (!(squaresFrom > 0 && squaresTo > 0)) {
      // A constant map has no scale: only the shift can be estimated.
      return count > 0
          ? new DepthLine(otherwise.scale(), meanTo - otherwise.scale() * meanFrom)
          : otherwise;
    }
    double scale = Math.sqrt(squaresTo / squaresFrom);
    return new DepthLine(scale, meanTo - scale * meanFrom);
  }

  private static double quantile(float[] values, double share) {
    float[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[(int) (share * (sorted.length - 1))];
  }
}
