package org.diffsynth.deflicker;

import java.util.Arrays;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.frame.Luma;
import org.diffsynth.io.Resampler;

/**
 * Turns the picture of a mask into the share of the deflickered picture at each pixel. The feather
 * needs each pixel's Euclidean distance to the nearest black pixel, which is computed exactly in
 * two passes: along columns, and along rows as the lower envelope of parabolas.
 *
 * @see <a href="https://doi.org/10.4086/toc.2012.v008a019">Felzenszwalb and Huttenlocher 2012,
 *     Distance Transforms of Sampled Functions</a>
 */
final class MaskShares {

  private static final float BLACK = 16f / 255;
  private static final float WHITE = 239f / 255;

  private MaskShares() {}

  /** Returns the shares for a video of {@code size}, row by row, in [0, 1]. */
  static float[] of(Frame mask, FrameSize size, int feather) {
    Frame scaled = Resampler.resized(mask, size, Resampler.Filter.BILINEAR, Frame.Depth.FLOAT);
    float[] rgb = scaled.toFloat();
    float[] shares = new float[Math.toIntExact(size.pixels())];
    for (int i = 0; i < shares.length; i++) {
      float luma = Luma.of(rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2]);
      shares[i] = Math.min(Math.max((luma - BLACK) / (WHITE - BLACK), 0), 1);
    }
    if (feather > 0) {
      feather(shares, size.width(), size.height(), feather + 1f);
    }
    return shares;
  }

  private static void feather(float[] shares, int width, int height, float full) {
    double[] squares = squaresAlongColumns(shares, width, height);
    double[] row = new double[width];
    LowerEnvelope envelope = new LowerEnvelope(width);
    for (int y = 0; y < height; y++) {
      System.arraycopy(squares, y * width, row, 0, width);
      envelope.minimum(row, squares, y * width);
    }
    for (int i = 0; i < shares.length; i++) {
      float distance = (float) Math.sqrt(squares[i]);
      if (distance < full) {
        shares[i] *= distance / full;
      }
    }
  }

  /** Returns the squared distance of each pixel to the nearest black pixel of its column. */
  private static double[] squaresAlongColumns(float[] shares, int width, int height) {
    double[] distances = new double[shares.length];
    Arrays.fill(distances, Double.POSITIVE_INFINITY);
    for (int i = 0; i < shares.length; i++) {
      double above = i < width ? Double.POSITIVE_INFINITY : distances[i - width] + 1;
      distances[i] = shares[i] == 0 ? 0 : above;
    }
    for (int i = shares.length - width - 1; i >= 0; i--) {
      distances[i] = Math.min(distances[i], distances[i + width] + 1);
    }
    for (int i = 0; i < distances.length; i++) {
      distances[i] *= distances[i];
    }
    return distances;
  }

  /** The minimum over all q of (x − q)² + f(q), for every x of a line. */
  private static final class LowerEnvelope {

    private final int[] vertices;
    private final double[] starts;

    LowerEnvelope(int length) {
      vertices = new int[length];
      starts = new double[length];
    }

    void minimum(double[] f, double[] result, int at) {
      int last = -1;
      for (int q = 0; q < f.length; q++) {
        if (f[q] == Double.POSITIVE_INFINITY) {
          continue;
        }
        double start = Double.NEGATIVE_INFINITY;
        while (last >= 0) {
          start = intersection(f, vertices[last], q);
          if (start > starts[last]) {
            break;
          }
          last--;
          start = Double.NEGATIVE_INFINITY;
        }
        last++;
        vertices[last] = q;
        starts[last] = start;
      }
      for (int x = 0, k = 0; x < f.length; x++) {
        while (k < last && starts[k + 1] < x) {
          k++;
        }
        double away = last < 0 ? 0 : x - vertices[k];
        result[at + x] = last < 0 ? Double.POSITIVE_INFINITY : away * away + f[vertices[k]];
      }
    }

    /** Returns where the parabola at {@code q} becomes lower than the one at {@code p}. */
    private static double intersection(double[] f, int p, int q) {
      return (f[q] + (double) q * q - f[p] - (double) p * p) / (2.0 * (q - p));
    }
  }
}
