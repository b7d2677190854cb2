package org.diffsynth.onnx.internal.vision;

import java.nio.FloatBuffer;
import java.util.Arrays;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.io.Resampler;
import org.diffsynth.onnx.vision.InputSpec;
import org.diffsynth.pose.BoundingBox;

/**
 * The 8-bit pixels of a model input, before normalisation.
 *
 * @param width number of columns
 * @param height number of rows
 * @param rgb {@code (height, width, 3)}
 */
record InputPixels(int width, int height, byte[] rgb) {

  private static final int RGB = 3;

  /**
   * Resizes a frame and places it in the input; the area around the frame is filled with {@code
   * spec.padding()}.
   */
  static InputPixels of(Frame frame, FramePlacement placement, InputSpec spec) {
    byte[] scaled =
        Resampler.resizedRgb8(
            frame.toRgb8(),
            frame.size(),
            new FrameSize(placement.scaledWidth(), placement.scaledHeight()),
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
   * Crops a part of a frame and resizes it bilinearly without antialiasing, as in the training of
   * top-down pose networks. Pixels outside the frame are black.
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

  /**
   * Writes the normalised values to the input tensor, in the layout and channel order of the
   * description.
   */
  void fill(InputSpec spec, FloatBuffer target) {
    boolean planes = spec.layout() == InputSpec.Layout.NCHW;
    boolean isBgr = spec.channels() == InputSpec.Channels.BGR;
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
        int sample = rgb[i * RGB + (isBgr ? RGB - 1 - c : c)] & 0xFF;
        data[planes ? c * pixels + i : i * RGB + c] = values[c][sample];
      }
    }
    target.put(data);
  }
}
