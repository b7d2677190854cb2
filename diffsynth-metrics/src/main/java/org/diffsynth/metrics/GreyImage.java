package org.diffsynth.metrics;

import org.diffsynth.frame.Frame;
import org.diffsynth.frame.Luma;

/** Luma on the scale 0 to 255, row by row. */
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
}
