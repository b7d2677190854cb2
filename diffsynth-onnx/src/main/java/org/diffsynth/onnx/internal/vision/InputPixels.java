package org.diffsynth.onnx.internal.vision;

import java.nio.FloatBuffer;
import java.util.Arrays;
import org.diffsynth.frame.Frame;
import org.diffsynth.onnx.vision.InputSpec;
import org.diffsynth.pose.BoundingBox;

/** The pixels of a model's input, 8 bit, before they are normalised. */
record InputPixels(int width, int height, byte[] rgb) {

  private static final int RGB = 3;

  /** A frame scaled and placed; {@code spec.padding()} around it. */
  static InputPixels of(Frame frame, FramePlacement placement, InputSpec spec) {
    byte[] scaled =
        Resize.rgb8(
            frame.toRgb8(),
            frame.width(),
            frame.height(),
            placement.scaledWidth(),
            placement.scaledHeight(),
            spec.filter(),
            spec.antialias());
    int width = placement.inputWidth();
    int height = placement.inputHeight();
    if (placement.scaledWidth() == width && placement.scaledHeight() == height) {
      return new InputPixels(width, height, scaled);
    }
    byte[] rgb = new byte[width * height * RGB];
    Arrays.fill(rgb, (byte) spec.padding());
    int from = Math.max(placement.left(), 0);
    int to = Math.min(placement.left() + placement.scaledWidth(), width);
    for (int y = 0; y < height; y++) {
      int row = y - placement.top();
      if (row >= 0 && row < placement.scaledHeight()) {
        System.arraycopy(
            scaled,
            (row * placement.scaledWidth() + from - placement.left()) * RGB,
            rgb,
            (y * width + from) * RGB,
            (to - from) * RGB);
      }
    }
    return new InputPixels(width, height, rgb);
  }

  /**
   * A part of a frame, scaled bilinearly without widening the filter, as top-down pose networks
   * were trained on; black outside of the frame.
   */
  static InputPixels of(Frame frame, BoundingBox crop, int width, int height) {
    byte[] from = frame.toRgb8();
    byte[] rgb = new byte[width * height * RGB];
    for (int y = 0; y < height; y++) {
      double fromY = crop.top() + y * crop.height() / height;
      for (int x = 0; x < width; x++) {
        double fromX = crop.left() + x * crop.width() / width;
        for (int c = 0; c < RGB; c++) {
          double value = sample(from, frame.width(), frame.height(), fromX, fromY, c);
          rgb[(y * width + x) * RGB + c] = (byte) Math.round(value);
        }
      }
    }
    return new InputPixels(width, height, rgb);
  }

  private static double sample(byte[] rgb, int width, int height, double x, double y, int channel) {
    int left = (int) Math.floor(x);
    int top = (int) Math.floor(y);
    double sum = 0;
    for (int j = 0; j < 2; j++) {
      for (int i = 0; i < 2; i++) {
        int column = left + i;
        int row = top + j;
        if (column >= 0 && column < width && row >= 0 && row < height) {
          double weight = (1 - Math.abs(x - column)) * (1 - Math.abs(y - row));
          sum += weight * (rgb[(row * width + column) * RGB + channel] & 0xFF);
        }
      }
    }
    return sum;
  }

  /** Puts the normalised values in the order of the tensor. */
  void fill(InputSpec spec, FloatBuffer target) {
    boolean planes = spec.layout() == InputSpec.Layout.NCHW;
    boolean turned = spec.channels() == InputSpec.Channels.BGR;
    float[][] values = new float[RGB][256];
    for (int c = 0; c < RGB; c++) {
      for (int sample = 0; sample < 256; sample++) {
        double scaled = sample / 255.0 * spec.fullScale();
        values[c][sample] = (float) ((scaled - spec.mean().get(c)) / spec.std().get(c));
      }
    }
    int pixels = width * height;
    float[] data = new float[pixels * RGB];
    for (int i = 0; i < pixels; i++) {
      for (int c = 0; c < RGB; c++) {
        int sample = rgb[i * RGB + (turned ? RGB - 1 - c : c)] & 0xFF;
        data[planes ? c * pixels + i : i * RGB + c] = values[c][sample];
      }
    }
    target.put(data);
  }
}
