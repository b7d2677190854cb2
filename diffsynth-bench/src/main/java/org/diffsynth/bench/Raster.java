package org.diffsynth.bench;

import org.diffsynth.frame.Frame;

/**
 * An 8-bit RGB picture with its edge pixels repeated in a border around it, so that sums over
 * patches need no checks.
 *
 * @param border width of the border in pixels
 * @param samples {@code (height + 2 border, width + 2 border, 3)} samples
 */
record Raster(int width, int height, int border, byte[] samples) {

  static final int RGB = 3;

  static Raster of(Frame frame, int border) {
    byte[] rgb = frame.toRgb8();
    return bordered(frame.width(), frame.height(), border, rgb);
  }

  private static Raster bordered(int width, int height, int border, byte[] rgb) {
    Raster raster =
        new Raster(
            width, height, border, new byte[(width + 2 * border) * (height + 2 * border) * RGB]);
    for (int y = -border; y < height + border; y++) {
      int row = Math.min(Math.max(y, 0), height - 1) * width;
      for (int x = -border; x < width + border; x++) {
        int from = (row + Math.min(Math.max(x, 0), width - 1)) * RGB;
        System.arraycopy(rgb, from, raster.samples, raster.at(x, y), RGB);
      }
    }
    return raster;
  }

  /** Returns the index of the first sample of a pixel; negative coordinates are in the border. */
  int at(int x, int y) {
    return ((y + border) * (width + 2 * border) + x + border) * RGB;
  }

  /** Returns the picture at half the size, with the rounded mean of 2 by 2 pixels. */
  Raster halved() {
    int halfWidth = width / 2;
    int halfHeight = height / 2;
    byte[] rgb = new byte[halfWidth * halfHeight * RGB];
    for (int i = 0; i < rgb.length; i++) {
      int x = i / RGB % halfWidth * 2;
      int y = i / RGB / halfWidth * 2;
      int sum = 0;
      for (int k = 0; k < 4; k++) {
        sum += samples[at(x + k % 2, y + k / 2) + i % RGB] & 0xFF;
      }
      rgb[i] = (byte) ((sum + 2) / 4);
    }
    return bordered(halfWidth, halfHeight, border, rgb);
  }

  /**
   * Returns the sum of squared differences of two patches. The sum stops after the row in which it
   * exceeds {@code bound}.
   */
  long difference(int centre, Raster other, int otherCentre, int radius, long bound) {
    int stride = (width + 2 * border) * RGB;
    int length = (2 * radius + 1) * RGB;
    long sum = 0;
    for (int dy = -radius; dy <= radius && sum <= bound; dy++) {
      int a = centre + dy * stride - radius * RGB;
      int b = otherCentre + dy * stride - radius * RGB;
      int row = 0;
      for (int i = 0; i < length; i++) {
        int d = (samples[a + i] & 0xFF) - (other.samples[b + i] & 0xFF);
        row += d * d;
      }
      sum += row;
    }
    return sum;
  }
}
