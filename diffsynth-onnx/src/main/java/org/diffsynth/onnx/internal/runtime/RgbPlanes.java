package org.diffsynth.onnx.internal.runtime;

import java.nio.FloatBuffer;
import org.diffsynth.frame.Frame;

/**
 * Conversion between frames, which interleave red, green and blue pixel by pixel, and the planar
 * layout (3, height, width) that image models use.
 */
public final class RgbPlanes {
  private static final int RGB = 3;

  private RgbPlanes() {}

  /**
   * Converts a frame to planes and maps each sample s to {@code s * factor + offset}.
   *
   * @param frame samples in [0, 1]
   * @return shape (3, height, width), row-major
   */
  public static float[] of(Frame frame, float factor, float offset) {
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

  /** Writes a frame as planes with samples in [0, 1] to a buffer. */
  public static void put(Frame frame, FloatBuffer target) {
    target.put(of(frame, 1, 0));
  }

  /**
   * Converts planes with samples in [-1, 1] to a frame with samples in [0, 1].
   *
   * @param planes shape (3, height, width), row-major; values outside [-1, 1] are not clipped
   */
  public static Frame toFrame(int width, int height, float[] planes) {
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
