package org.diffsynth.control;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.diffsynth.Frame;

/**
 * Makes depth pictures steady and brings them into the range that depth ControlNets want.
 *
 * <p>Estimators such as MiDaS and Depth Anything give inverse depth (near is bright) up to an
 * unknown scale and shift, new for every frame: that is their flicker. {@link #align} undoes it,
 * shot by shot. Pictures of a renderer's z-buffer have no flicker and need only {@link
 * #fromZBuffer}.
 */
public final class DepthAlignment {

  private static final int MAX_SAMPLES = 1 << 16;
  private static final int ROUNDS = 6;

  /** Standard deviation of a Gaussian over its median absolute deviation. */
  private static final double GAUSSIAN = 1.4826;

  private static final double INLIER = 2.5;

  /** Share of a shot's samples that may be cut off at either end of the range. */
  private static final double CUT = 0.005;

  private DepthAlignment() {}

  /**
   * Steady depth, as large as the input, 16 bit, grey, near bright.
   *
   * <p>Each frame is mapped by a·d + b onto the frame before it as already aligned. Both are
   * medians and deviations at first; then pixels whose difference is above 2.5 robust deviations,
   * which have moved, are left out, and a is the ratio of the standard deviations of the rest:
   * unlike least squares that does not shrink the range from frame to frame. At last each shot is
   * stretched as a whole, so that 0.5 % of its samples lie below black and above white.
   *
   * @param depth inverse depth of each frame, all of one size; the first channel is read. 16-bit
   *     pictures keep their precision, 8-bit ones have visible steps
   * @param shotStarts indices of the frames that begin a shot, ascending; 0 may be left out
   */
  public static List<Frame> align(List<Frame> depth, List<Integer> shotStarts) {
    check(depth, shotStarts);
    List<Frame> result = new ArrayList<>();
    int start = 0;
    for (int frame = 1; frame <= depth.size(); frame++) {
      if (frame == depth.size() || shotStarts.contains(frame)) {
        result.addAll(alignShot(depth.subList(start, frame)));
        start = frame;
      }
    }
    return List.copyOf(result);
  }

  private static void check(List<Frame> depth, List<Integer> shotStarts) {
    for (int i = 1; i < depth.size(); i++) {
      if (!depth.get(i).sameSize(depth.get(0))) {
        throw new IllegalArgumentException(
            "all depth pictures must have the size of the first, %s, but picture %d is %s"
                .formatted(depth.get(0).size(), i, depth.get(i).size()));
      }
    }
    for (int i = 0; i < shotStarts.size(); i++) {
      int start = shotStarts.get(i);
      if (start < 0 || start >= depth.size() || i > 0 && start <= shotStarts.get(i - 1)) {
        throw new IllegalArgumentException(
            "shotStarts must ascend within [0, %d], were %s"
                .formatted(depth.size() - 1, shotStarts));
      }
    }
  }

  private static List<Frame> alignShot(List<Frame> depth) {
    List<Line> lines = new ArrayList<>();
    float[] before = samples(depth.get(0));
    lines.add(new Line(1, 0));
    float[] all = new float[before.length * depth.size()];
    System.arraycopy(before, 0, all, 0, before.length);
    for (int i = 1; i < depth.size(); i++) {
      float[] now = samples(depth.get(i));
      Line line = fit(now, before);
      for (int j = 0; j < now.length; j++) {
        now[j] = (float) line.at(now[j]);
      }
      lines.add(line);
      before = now;
      System.arraycopy(now, 0, all, i * now.length, now.length);
    }
    Arrays.sort(all);
    double black = all[(int) (CUT * (all.length - 1))];
    double white = all[(int) Math.ceil((1 - CUT) * (all.length - 1))];
    double span = white > black ? white - black : 1;
    List<Frame> result = new ArrayList<>();
    for (int i = 0; i < depth.size(); i++) {
      Line line = lines.get(i);
      result.add(mapped(depth.get(i), d -> (line.at(d) - black) / span));
    }
    return result;
  }

  /** y = scale · x + shift. */
  private record Line(double scale, double shift) {
    double at(double x) {
      return scale * x + shift;
    }
  }

  private interface Curve {
    double at(double depth);
  }

  private static Frame mapped(Frame frame, Curve curve) {
    float[] rgb = frame.toFloat();
    for (int i = 0; i < rgb.length; i += 3) {
      float value = (float) Math.min(1, Math.max(0, curve.at(rgb[i])));
      rgb[i] = value;
      rgb[i + 1] = value;
      rgb[i + 2] = value;
    }
    return Frame.ofFloat(frame.width(), frame.height(), rgb).as(Frame.Depth.UINT16);
  }

  /** The first channel at every n-th pixel, so that there are not too many. */
  private static float[] samples(Frame frame) {
    float[] rgb = frame.toFloat();
    int pixels = rgb.length / 3;
    int step = (pixels + MAX_SAMPLES - 1) / MAX_SAMPLES;
    float[] samples = new float[(pixels + step - 1) / step];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = rgb[3 * i * step];
    }
    return samples;
  }

  private static Line fit(float[] from, float[] to) {
    double spreadFrom = deviation(from, median(from));
    double spreadTo = deviation(to, median(to));
    double scale = spreadFrom > 0 && spreadTo > 0 ? spreadTo / spreadFrom : 1;
    Line line = new Line(scale, median(to) - scale * median(from));
    float[] residuals = new float[from.length];
    for (int round = 0; round < ROUNDS; round++) {
      for (int i = 0; i < from.length; i++) {
        residuals[i] = (float) Math.abs(line.at(from[i]) - to[i]);
      }
      // One level of 16 bit is no motion.
      double limit = INLIER * GAUSSIAN * median(residuals) + 1.0 / 65535;
      line = refit(from, to, residuals, limit, line);
    }
    return line;
  }

  private static Line refit(
      float[] from, float[] to, float[] residuals, double limit, Line otherwise) {
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
    if (count < 2 || !(squaresFrom > 0 && squaresTo > 0)) {
      return otherwise;
    }
    double scale = Math.sqrt(squaresTo / squaresFrom);
    return new Line(scale, meanTo - scale * meanFrom);
  }

  private static double deviation(float[] values, double median) {
    float[] distances = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      distances[i] = (float) Math.abs(values[i] - median);
    }
    return median(distances);
  }

  private static double median(float[] values) {
    float[] sorted = values.clone();
    Arrays.sort(sorted);
    return (sorted[(sorted.length - 1) / 2] + (double) sorted[sorted.length / 2]) / 2;
  }

  /**
   * The picture of a linear z-buffer as inverse depth, 16 bit, near bright: (1/z − 1/far) / (1/near
   * − 1/far). The same near and far for a whole clip keep it steady.
   *
   * @param zBuffer the first channel is read: black is {@code near}, white is {@code far}
   * @param near distance of the near plane, above 0
   * @param far distance of the far plane, above {@code near}, in the same unit
   */
  public static Frame fromZBuffer(Frame zBuffer, double near, double far) {
    if (!(near > 0 && far > near && far < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "near must be above 0 and below far, were %s and %s".formatted(near, far));
    }
    return mapped(zBuffer, d -> (1 / (near + d * (far - near)) - 1 / far) / (1 / near - 1 / far));
  }
}
