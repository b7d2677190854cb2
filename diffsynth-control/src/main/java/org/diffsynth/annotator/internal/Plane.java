package org.diffsynth.annotator.internal;

import org.diffsynth.frame.Frame;
import org.diffsynth.frame.Luma;

/**
 * A picture of one channel: one float per pixel, row by row.
 *
 * @param width number of columns
 * @param height number of rows
 * @param values {@code height · width} values; not copied, so the creator of the plane must not
 *     change the array afterwards
 */
public record Plane(int width, int height, float[] values) {

  /**
   * Reads one channel of the 8-bit samples of a frame.
   *
   * @param channel 0 for red, 1 for green, 2 for blue
   * @return values from 0 to 255
   */
  public static Plane channel(Frame frame, int channel) {
    byte[] rgb = frame.toRgb8();
    float[] values = new float[frame.width() * frame.height()];
    for (int i = 0; i < values.length; i++) {
      values[i] = rgb[3 * i + channel] & 0xFF;
    }
    return new Plane(frame.width(), frame.height(), values);
  }

  /** Returns the luma of a frame by ITU-R BT.601, 0 to 255. */
  public static Plane luma(Frame frame) {
    byte[] rgb = frame.toRgb8();
    float[] values = new float[frame.width() * frame.height()];
    for (int i = 0; i < values.length; i++) {
      values[i] = Luma.of(rgb[3 * i] & 0xFF, rgb[3 * i + 1] & 0xFF, rgb[3 * i + 2] & 0xFF);
    }
    return new Plane(frame.width(), frame.height(), values);
  }

  /**
   * Convolves the plane with a Gaussian that is truncated at four standard deviations. The plane is
   * mirrored at its edges without repeating the edge pixels.
   *
   * @param sigma standard deviation in pixels
   */
  public Plane blurred(double sigma) {
    int radius = (int) Math.round(4 * sigma);
    float[] kernel = new float[2 * radius + 1];
    double sum = 0;
    for (int i = -radius; i <= radius; i++) {
      // StrictMath gives the same bits on every machine.
      sum += StrictMath.exp(-i * i / (2 * sigma * sigma));
    }
    for (int i = -radius; i <= radius; i++) {
      kernel[i + radius] = (float) (StrictMath.exp(-i * i / (2 * sigma * sigma)) / sum);
    }
    float[] rows = new float[values.length];
    convolve(values, rows, kernel, width, height, 1, width);
    float[] both = new float[values.length];
    convolve(rows, both, kernel, height, width, width, 1);
    return new Plane(width, height, both);
  }

  /** Convolves {@code lines} lines of {@code length} samples that are {@code step} apart. */
  private static void convolve(
      float[] from, float[] to, float[] kernel, int length, int lines, int step, int lineStep) {
    int radius = kernel.length / 2;
    int[] mirrored = new int[length + 2 * radius];
    for (int i = 0; i < mirrored.length; i++) {
      mirrored[i] = mirror(i - radius, length) * step;
    }
    for (int line = 0; line < lines; line++) {
      int start = line * lineStep;
      for (int i = 0; i < length; i++) {
        float sum = 0;
        for (int k = 0; k < kernel.length; k++) {
          sum += kernel[k] * from[start + mirrored[i + k]];
        }
        to[start + i * step] = sum;
      }
    }
  }

  private static int mirror(int index, int length) {
    if (length == 1) {
      return 0;
    }
    int period = 2 * (length - 1);
    int inside = Math.floorMod(index, period);
    return inside < length ? inside : period - inside;
  }

  /** Converts the plane to a grey 8-bit frame. Values are clipped to 0 to 255 and rounded. */
  public Frame toFrame() {
    byte[] rgb = new byte[3 * values.length];
    for (int i = 0; i < values.length; i++) {
      byte sample = (byte) Math.round(Math.min(Math.max(values[i], 0), 255));
      rgb[3 * i] = sample;
      rgb[3 * i + 1] = sample;
      rgb[3 * i + 2] = sample;
    }
    return Frame.ofRgb8(width, height, rgb);
  }
}
