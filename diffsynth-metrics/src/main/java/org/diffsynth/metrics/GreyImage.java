package org.diffsynth.metrics;

import org.diffsynth.frame.Frame;
import org.diffsynth.frame.Luma;

/** Luma on the scale 0 to 255, row by row, with what flow and sharpness need from it. */
final class GreyImage {

  final int width;
  final int height;
  final float[] values;

  GreyImage(int width, int height, float[] values) {
    this.width = width;
    this.height = height;
    this.values = values;
  }

  /**
   * Luma of ITU-R BT.601, 0.299 R + 0.587 G + 0.114 B, of the 8-bit samples, rounded to a whole
   * number as OpenCV does.
   */
  static GreyImage of(Frame frame) {
    byte[] rgb = frame.toRgb8();
    float[] values = new float[frame.width() * frame.height()];
    for (int i = 0; i < values.length; i++) {
      values[i] = Luma.openCv(rgb[3 * i] & 0xFF, rgb[3 * i + 1] & 0xFF, rgb[3 * i + 2] & 0xFF);
    }
    return new GreyImage(frame.width(), frame.height(), values);
  }

  /** Half the size, rounded up; the mean of 2 by 2. */
  GreyImage half() {
    int halfWidth = (width + 1) / 2;
    int halfHeight = (height + 1) / 2;
    float[] half = new float[halfWidth * halfHeight];
    for (int y = 0; y < halfHeight; y++) {
      int upper = 2 * y * width;
      int lower = Math.min(2 * y + 1, height - 1) * width;
      for (int x = 0; x < halfWidth; x++) {
        int right = Math.min(2 * x + 1, width - 1);
        half[y * halfWidth + x] =
            (values[upper + 2 * x]
                    + values[upper + right]
                    + values[lower + 2 * x]
                    + values[lower + right])
                / 4;
      }
    }
    return new GreyImage(halfWidth, halfHeight, half);
  }

  /** The value between pixels, bilinear; outside, that of the nearest pixel. */
  float at(float x, float y) {
    float insideX = Math.min(Math.max(x, 0), width - 1);
    float insideY = Math.min(Math.max(y, 0), height - 1);
    int left = Math.min((int) insideX, Math.max(0, width - 2));
    int top = Math.min((int) insideY, Math.max(0, height - 2));
    int right = Math.min(left + 1, width - 1);
    int bottom = Math.min(top + 1, height - 1);
    float fx = insideX - left;
    float fy = insideY - top;
    float upper = values[top * width + left] * (1 - fx) + values[top * width + right] * fx;
    float lower = values[bottom * width + left] * (1 - fx) + values[bottom * width + right] * fx;
    return upper * (1 - fy) + lower * fy;
  }
}
