package org.diffsynth.onnx.internal.vision;

import org.diffsynth.onnx.vision.InputSpec.Filter;

/**
 * Scales pictures. 8-bit pictures go through fixed-point weights of 22 bits, columns first, with
 * one rounding to 8 bit between the directions, which gives Pillow's bytes; maps are floats.
 */
public final class Resize {

  private static final int RGB = 3;
  private static final int BITS = 22;

  private Resize() {}

  /**
   * Scales interleaved 8-bit samples.
   *
   * @param rgb {@code (height, width, 3)}
   * @return {@code (newHeight, newWidth, 3)}; {@code rgb} itself where nothing changes
   */
  public static byte[] rgb8(
      byte[] rgb,
      int width,
      int height,
      int newWidth,
      int newHeight,
      Filter filter,
      boolean antialias) {
    byte[] result = rgb;
    if (newWidth != width) {
      Taps taps = Taps.of(filter, antialias, 0, width, width, newWidth);
      result = lines(result, taps, height, width * RGB, newWidth * RGB, RGB, RGB);
    }
    if (newHeight != height) {
      int row = newWidth * RGB;
      Taps taps = Taps.of(filter, antialias, 0, height, height, newHeight);
      result = lines(result, taps, row, 1, 1, row, 1);
    }
    return result;
  }

  /**
   * Every line by itself.
   *
   * @param lines number of lines
   * @param lineStep from line to line in the old picture
   * @param newLineStep from line to line in the new one
   * @param step from sample to sample in a line
   * @param channels neighbouring samples that are treated alike
   */
  private static byte[] lines(
      byte[] from, Taps taps, int lines, int lineStep, int newLineStep, int step, int channels) {
    int newLength = taps.first().length;
    byte[] to = new byte[newLength * lines * channels];
    for (int i = 0; i < newLength; i++) {
      int[] weights = fixedPoint(taps.weights()[i]);
      for (int line = 0; line < lines; line++) {
        for (int c = 0; c < channels; c++) {
          int sum = 1 << (BITS - 1);
          int at = line * lineStep + taps.first()[i] * step + c;
          for (int weight : weights) {
            sum += weight * (from[at] & 0xFF);
            at += step;
          }
          int value = sum >> BITS;
          to[line * newLineStep + i * step + c] = (byte) Math.min(Math.max(value, 0), 255);
        }
      }
    }
    return to;
  }

  private static int[] fixedPoint(double[] weights) {
    int[] fixed = new int[weights.length];
    for (int i = 0; i < fixed.length; i++) {
      double scaled = weights[i] * (1 << BITS);
      fixed[i] = (int) (scaled < 0 ? scaled - 0.5 : scaled + 0.5);
    }
    return fixed;
  }

  /**
   * Scales a part of a map to a whole picture.
   *
   * @param map {@code (height, width)}
   * @param left first column of the part; may be fractional
   * @param top first row of the part
   * @param right end of its columns
   * @param bottom end of its rows
   */
  static float[] map(
      float[] map,
      int width,
      int height,
      double left,
      double top,
      double right,
      double bottom,
      int newWidth,
      int newHeight,
      Filter filter) {
    if (width == newWidth
        && height == newHeight
        && left == 0
        && top == 0
        && right == width
        && bottom == height) {
      return map;
    }
    Taps columns = Taps.of(filter, true, left, right, width, newWidth);
    Taps rows = Taps.of(filter, true, top, bottom, height, newHeight);
    float[] wide = new float[newWidth * height];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < newWidth; x++) {
        wide[y * newWidth + x] =
            (float) sum(map, y * width + columns.first()[x], 1, columns.weights()[x]);
      }
    }
    float[] result = new float[newWidth * newHeight];
    for (int y = 0; y < newHeight; y++) {
      for (int x = 0; x < newWidth; x++) {
        result[y * newWidth + x] =
            (float) sum(wide, rows.first()[y] * newWidth + x, newWidth, rows.weights()[y]);
      }
    }
    return result;
  }

  private static double sum(float[] values, int at, int step, double[] weights) {
    double sum = 0;
    for (int k = 0; k < weights.length; k++) {
      sum += weights[k] * values[at + k * step];
    }
    return sum;
  }
}
