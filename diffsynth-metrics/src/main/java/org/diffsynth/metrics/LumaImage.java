package org.diffsynth.metrics;

import org.diffsynth.frame.Frame;
import org.diffsynth.frame.Luma;

/** The luma of a frame on the scale 0 to 255, one float per pixel, row by row. */
final class LumaImage {

  final int width;
  final int height;
  final float[] values;

  LumaImage(int width, int height, float[] values) {
    this.width = width;
    this.height = height;
    this.values = values;
  }

  /**
   * Computes the luma of the 8-bit samples of a frame, by BT.601, rounded to integers as OpenCV
   * does.
   */
  static LumaImage of(Frame frame) {
    byte[] rgb = frame.toRgb8();
    float[] values = new float[frame.width() * frame.height()];
    for (int i = 0; i < values.length; i++) {
      values[i] = Luma.openCv(rgb[3 * i] & 0xFF, rgb[3 * i + 1] & 0xFF, rgb[3 * i + 2] & 0xFF);
    }
    return new LumaImage(frame.width(), frame.height(), values);
  }
}
