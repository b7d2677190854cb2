package org.diffsynth.onnx.internal.session;

import java.nio.FloatBuffer;
import org.diffsynth.Frame;

/** Frames, RGB pixel by pixel, to and from the planes that models take. */
final class Pictures {
  private static final int RGB = 3;

  private Pictures() {}

  /** Puts the three planes of a frame, each sample times a factor plus an offset. */
  static void put(Frame frame, float factor, float offset, FloatBuffer target) {
    float[] rgb = frame.toFloat();
    float[] plane = new float[rgb.length / RGB];
    for (int channel = 0; channel < RGB; channel++) {
      for (int i = 0; i < plane.length; i++) {
        plane[i] = rgb[i * RGB + channel] * factor + offset;
      }
      target.put(plane);
    }
  }

  /** A frame of three planes in [-1, 1], which become [0, 1]. */
  static Frame frame(int width, int height, FloatBuffer planes) {
    float[] plane = new float[width * height];
    float[] rgb = new float[plane.length * RGB];
    for (int channel = 0; channel < RGB; channel++) {
      planes.get(channel * plane.length, plane);
      for (int i = 0; i < plane.length; i++) {
        rgb[i * RGB + channel] = plane[i] * 0.5f + 0.5f;
      }
    }
    return Frame.ofFloat(width, height, rgb);
  }
}
