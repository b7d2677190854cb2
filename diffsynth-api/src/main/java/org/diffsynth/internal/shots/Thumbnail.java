package org.diffsynth.internal.shots;

import java.util.Arrays;
import org.diffsynth.frame.Frame;

/**
 * A small copy of a frame, about {@value #SIDE} pixels on its longer side, from which shots and
 * exposure are found. Each pixel is the mean of a square tile of the frame, so that noise, fine
 * texture and the rounding of dark samples hardly count.
 *
 * @param rgb planes of red, green and blue means, 0 to 255, row by row
 * @param luma means of the three samples weighted by 0.299, 0.587 and 0.114, row by row
 */
record Thumbnail(int width, int height, float[][] rgb, float[] luma) {

  /** Approximate size of the longer side, in pixels. */
  private static final int SIDE = 80;

  /** Returns the thumbnail of a frame. Rows and columns that do not fill a tile are left out. */
  static Thumbnail of(Frame frame) {
    int tile = Math.max(1, Math.round(Math.max(frame.width(), frame.height()) / (float) SIDE));
    tile = Math.min(tile, Math.min(frame.width(), frame.height()));
    int width = frame.width() / tile;
    int height = frame.height() / tile;
    byte[] samples = frame.toRgb8();
    float[][] rgb = new float[3][width * height];
    float[] luma = new float[width * height];
    int[] row = new int[3 * width];
    float scale = 1f / (tile * tile);
    for (int y = 0; y < height; y++) {
      Arrays.fill(row, 0);
      for (int dy = 0; dy < tile; dy++) {
        int k = (y * tile + dy) * frame.width() * 3;
        for (int x = 0; x < width; x++) {
          int red = 0;
          int green = 0;
          int blue = 0;
          for (int end = k + 3 * tile; k < end; k += 3) {
            red += samples[k] & 0xFF;
            green += samples[k + 1] & 0xFF;
            blue += samples[k + 2] & 0xFF;
          }
          row[3 * x] += red;
          row[3 * x + 1] += green;
          row[3 * x + 2] += blue;
        }
      }
      for (int x = 0; x < width; x++) {
        int i = y * width + x;
        for (int c = 0; c < 3; c++) {
          rgb[c][i] = row[3 * x + c] * scale;
        }
        luma[i] = 0.299f * rgb[0][i] + 0.587f * rgb[1][i] + 0.114f * rgb[2][i];
      }
    }
    return new Thumbnail(width, height, rgb, luma);
  }
}
