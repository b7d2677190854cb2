package org.diffsynth.patchmatch.guide;

import java.util.List;

/**
 * Adds up the samples of frames that are carried along a motion, with weights. The motion and the
 * weights belong to pictures smaller by {@code reduction}, and are interpolated. Samples between
 * pixels come from cubic convolution. An object serves one thread.
 */
final class CarriedSum {

  /** Parts of a pixel in which the place of a sample is rounded down. */
  private static final int FRACTIONS = 64;

  /** The four taps of cubic convolution by fraction. */
  private static final float[][] TAPS = taps();

  private final int width;
  private final int height;
  private final int reduction;
  private final float[] sum;
  private final float[] total;
  private final int smallWidth;
  private final int smallHeight;
  private final int[] left;
  private final float[] right;
  private final int[] columns = new int[4];

  CarriedSum(int width, int height, int reduction, float[] sum, float[] total) {
    this.width = width;
    this.height = height;
    this.reduction = reduction;
    this.smallWidth = width / reduction;
    this.smallHeight = height / reduction;
    this.left = new int[width];
    this.right = new float[width];
    this.sum = sum;
    this.total = total;
    for (int x = 0; x < width; x++) {
      float at = small(x, smallWidth);
      left[x] = (int) at;
      right[x] = at - left[x];
    }
  }

  /** The place of a pixel of the frame in a small picture. */
  private float small(int pixel, int size) {
    float place = (pixel + 0.5f) / reduction - 0.5f;
    return Math.min(Math.max(place, 0f), size - 1);
  }

  /** Adds the rows from {@code from} up to {@code to} of all frames. */
  void add(List<CarriedFrame> parts, int from, int to) {
    for (int y = from; y < to; y++) {
      for (CarriedFrame part : parts) {
        add(part, y);
      }
    }
  }

  private void add(CarriedFrame part, int y) {
    float at = small(y, smallHeight);
    int top = (int) at;
    float down = at - top;
    int upper = top * smallWidth;
    int lower = Math.min(top + 1, smallHeight - 1) * smallWidth;
    for (int x = 0; x < width; x++) {
      int a = left[x];
      int b = Math.min(a + 1, smallWidth - 1);
      float weight = mix(part.weight(), upper + a, upper + b, lower + a, lower + b, right[x], down);
      if (weight > 0f) {
        float placeX =
            x + mix(part.dx(), upper + a, upper + b, lower + a, lower + b, right[x], down);
        float placeY =
            y + mix(part.dy(), upper + a, upper + b, lower + a, lower + b, right[x], down);
        add(part, placeX, placeY, weight, y * width + x);
      }
    }
  }

  private void add(CarriedFrame part, float placeX, float placeY, float weight, int i) {
    short[] style = part.style();
    float insideX = Math.min(Math.max(placeX, 0f), width - 1);
    float insideY = Math.min(Math.max(placeY, 0f), height - 1);
    int column = (int) insideX;
    int row = (int) insideY;
    float[] across = TAPS[(int) ((insideX - column) * FRACTIONS)];
    float[] down = TAPS[(int) ((insideY - row) * FRACTIONS)];
    for (int k = 0; k < 4; k++) {
      columns[k] = 3 * Math.min(Math.max(column + k - 1, 0), width - 1);
    }
    float red = 0f;
    float green = 0f;
    float blue = 0f;
    for (int k = 0; k < 4; k++) {
      int line = 3 * width * Math.min(Math.max(row + k - 1, 0), height - 1);
      for (int n = 0; n < 4; n++) {
        int at = line + columns[n];
        float tap = down[k] * across[n];
        red += tap * (style[at] & 0xFFFF);
        green += tap * (style[at + 1] & 0xFFFF);
        blue += tap * (style[at + 2] & 0xFFFF);
      }
    }
    total[i] += weight;
    sum[3 * i] += weight * part.gains()[0] * red;
    sum[3 * i + 1] += weight * part.gains()[1] * green;
    sum[3 * i + 2] += weight * part.gains()[2] * blue;
  }

  private static float[][] taps() {
    float[][] taps = new float[FRACTIONS][4];
    for (int i = 0; i < FRACTIONS; i++) {
      for (int k = 0; k < 4; k++) {
        float x = Math.abs(i / (float) FRACTIONS + 1 - k);
        taps[i][k] =
            x <= 1 ? (1.25f * x - 2.25f) * x * x + 1 : ((-0.75f * x + 3.75f) * x - 6f) * x + 3f;
      }
    }
    return taps;
  }

  private static float mix(float[] values, int a, int b, int c, int d, float right, float down) {
    float above = values[a] + right * (values[b] - values[a]);
    float below = values[c] + right * (values[d] - values[c]);
    return above + down * (below - above);
  }
}
