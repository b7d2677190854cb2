package org.diffsynth.patchmatch.agreement;

import org.diffsynth.patchmatch.engine.Texels;

/**
 * Reads a picture between its pixels, by cubic convolution over 4 by 4 pixels, in 32nds of a pixel;
 * the border pixels repeat outwards.
 *
 * @see <a href="https://doi.org/10.1109/TASSP.1981.1163711">Keys 1981, Cubic Convolution
 *     Interpolation, with a = -3/4</a>
 */
final class CubicSampler {

  /** Taps by fraction; every entry is a multiple of 2^-17, so a float holds it exactly. */
  private static final float[][] TAPS = new float[Motion.ONE][];

  static {
    for (int i = 0; i < Motion.ONE; i++) {
      float t = i / (float) Motion.ONE;
      TAPS[i] = new float[] {far(1 + t), near(t), near(1 - t), far(2 - t)};
    }
  }

  private static float near(float x) {
    return (1.25f * x - 2.25f) * x * x + 1;
  }

  private static float far(float x) {
    return ((-0.75f * x + 3.75f) * x - 6f) * x + 3f;
  }

  private final int width;
  private final int height;
  private final int[] columns = new int[4];
  private final int[] lines = new int[4];
  private float[] across;
  private float[] down;

  CubicSampler(int width, int height) {
    this.width = width;
    this.height = height;
  }

  /** Chooses the place to read: pixel (x, y), moved by (dx, dy) in 32nds of a pixel. */
  void moveTo(int x, int y, int dx, int dy) {
    int left = x + (dx >> 5) - 1;
    int top = y + (dy >> 5) - 1;
    across = TAPS[dx & Motion.ONE - 1];
    down = TAPS[dy & Motion.ONE - 1];
    for (int k = 0; k < 4; k++) {
      columns[k] = Math.min(Math.max(left + k, 0), width - 1);
      lines[k] = Math.min(Math.max(top + k, 0), height - 1) * width;
    }
  }

  /** Reads the three 16-bit samples at the place into {@code rgb}; they may overshoot. */
  void read(short[] picture, float[] rgb) {
    rgb[0] = rgb[1] = rgb[2] = 0f;
    for (int line = 0; line < 4; line++) {
      float red = 0f;
      float green = 0f;
      float blue = 0f;
      for (int column = 0; column < 4; column++) {
        int at = 3 * (lines[line] + columns[column]);
        float tap = across[column];
        red += tap * (picture[at] & 0xFFFF);
        green += tap * (picture[at + 1] & 0xFFFF);
        blue += tap * (picture[at + 2] & 0xFFFF);
      }
      rgb[0] += down[line] * red;
      rgb[1] += down[line] * green;
      rgb[2] += down[line] * blue;
    }
  }

  /** Reads the three 16-bit samples at the place into {@code rgb}; they may overshoot. */
  void read(MovedRows.PackedPicture picture, float[] rgb) {
    rgb[0] = rgb[1] = rgb[2] = 0f;
    for (int line = 0; line < 4; line++) {
      float red = 0f;
      float green = 0f;
      float blue = 0f;
      for (int column = 0; column < 4; column++) {
        int at = lines[line] + columns[column];
        float tap = across[column];
        red += tap * picture.red(at);
        green += tap * picture.green(at);
        blue += tap * picture.blue(at);
      }
      rgb[0] += down[line] * red;
      rgb[1] += down[line] * green;
      rgb[2] += down[line] * blue;
    }
  }

  /** Reads the three 8-bit samples at the place into {@code rgb}; they may overshoot. */
  void read(Texels guide, float[] rgb) {
    rgb[0] = rgb[1] = rgb[2] = 0f;
    for (int line = 0; line < 4; line++) {
      float red = 0f;
      float green = 0f;
      float blue = 0f;
      for (int column = 0; column < 4; column++) {
        int pixel = guide.rgb()[lines[line] + columns[column]];
        float tap = across[column];
        red += tap * Texels.red(pixel);
        green += tap * Texels.green(pixel);
        blue += tap * Texels.blue(pixel);
      }
      rgb[0] += down[line] * red;
      rgb[1] += down[line] * green;
      rgb[2] += down[line] * blue;
    }
  }
}
