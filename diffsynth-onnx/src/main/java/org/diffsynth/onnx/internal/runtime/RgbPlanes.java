package org.diffsynth.onnx.internal.runtime;

import java.nio.FloatBuffer;
import org.diffsynth.frame.Frame;

/** Frames, RGB pixel by pixel, to and from the planes that models take. */
public final class RgbPlanes {
  private static final int RGB = 3;

  private RgbPlanes() {}

  /** The three planes of a frame, each sample times a factor plus an offset. */
  public static float[] planes(Frame frame, float factor, float offset) {
    float[] rgb = frame.toFloat();
    float[] planes = new float[rgb.length];
    int size = rgb.length / RGB;
    for (int i = 0, from = 0; i < size; i++, from += RGB) {
      planes[i] = rgb[from] * factor + offset;
      planes[size + i] = rgb[from + 1] * factor + offset;
      planes[2 * size + i] = rgb[from + 2] * factor + offset;
    }
    return planes;
  }

  /** Puts the three planes of a frame. */
  public static void put(Frame frame, FloatBuffer target) {
    target.put(planes(frame, 1, 0));
  }

  /** A frame of three planes in [-1, 1], which become [0, 1]. */
  public static Frame frame(int width, int height, float[] planes) {
    float[] rgb = new float[planes.length];
    int size = width * height;
    for (int channel = 0; channel < RGB; channel++) {
      for (int i = 0; i < size; i++) {
        rgb[i * RGB + channel] = planes[channel * size + i] * 0.5f + 0.5f;
      }
    }
    return Frame.ofFloat(width, height, rgb);
  }
}
