package org.diffsynth.annotator;

import org.diffsynth.control.Annotator;
import org.diffsynth.frame.Frame;
import org.diffsynth.internal.text.Text;

/**
 * Removes the finest detail of a picture, as a tile ControlNet expects it: the ControlNet then
 * invents new detail. The picture is reduced to the means of {@code factor} × {@code factor} pixels
 * and enlarged bilinearly to its original size.
 *
 * <p>Where the size is not a multiple of {@code factor}, the last column and the last row of means
 * cover the remaining pixels. Immutable and without state: one object may serve several clips and
 * threads.
 *
 * @param factor side of the square of pixels that is averaged, 1 to 64; 1 returns the frame
 *     unchanged. A larger value leaves more freedom to the ControlNet
 */
public record Tile(int factor) implements Annotator {

  private static final int MAX_FACTOR = 64;

  /**
   * Checks the factor.
   *
   * @throws IllegalArgumentException if {@code factor} is not in [1, 64]
   */
  public Tile {
    if (factor < 1 || factor > MAX_FACTOR) {
      throw new IllegalArgumentException(
          Text.format("factor must be in [1, %d], but was %d", MAX_FACTOR, factor));
    }
  }

  @Override
  public Frame annotate(Frame frame) {
    if (factor == 1) {
      return frame;
    }
    int width = frame.width();
    int height = frame.height();
    int columns = (width + factor - 1) / factor;
    int rows = (height + factor - 1) / factor;
    float[] means = means(frame.toFloat(), width, height, columns, rows);
    float[] result = new float[width * height * 3];
    for (int y = 0; y < height; y++) {
      float v = Math.min(Math.max((y + 0.5f) / factor - 0.5f, 0), rows - 1);
      int top = (int) v;
      int bottom = Math.min(top + 1, rows - 1);
      for (int x = 0; x < width; x++) {
        float u = Math.min(Math.max((x + 0.5f) / factor - 0.5f, 0), columns - 1);
        int left = (int) u;
        int right = Math.min(left + 1, columns - 1);
        for (int c = 0; c < 3; c++) {
          float upper = mix(means, top * columns + left, top * columns + right, c, u - left);
          float lower = mix(means, bottom * columns + left, bottom * columns + right, c, u - left);
          result[(y * width + x) * 3 + c] = upper + (v - top) * (lower - upper);
        }
      }
    }
    return Frame.ofFloat(width, height, result).as(frame.depth());
  }

  private static float mix(float[] means, int left, int right, int channel, float share) {
    float from = means[3 * left + channel];
    return from + share * (means[3 * right + channel] - from);
  }

  private float[] means(float[] samples, int width, int height, int columns, int rows) {
    float[] means = new float[columns * rows * 3];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int to = (y / factor * columns + x / factor) * 3;
        for (int c = 0; c < 3; c++) {
          means[to + c] += samples[(y * width + x) * 3 + c];
        }
      }
    }
    for (int i = 0; i < means.length; i++) {
      int column = i / 3 % columns;
      int row = i / 3 / columns;
      int pixels =
          Math.min(factor, width - column * factor) * Math.min(factor, height - row * factor);
      means[i] /= pixels;
    }
    return means;
  }
}
