package org.diffsynth.patchmatch.guide;

import org.diffsynth.frame.Luma;
import org.diffsynth.patchmatch.flow.BrightnessImage;

/**
 * Makes small pictures that show the structure of a frame without its tones: a change of
 * brightness, contrast or colour that is even over a neighbourhood changes nothing.
 *
 * <p>The luma of the frame is reduced by {@code reduction} in both directions, which also removes
 * most grain. With x the reduced luma after a light blur, and mean and variance by a Gaussian over
 * the neighbourhood, the value of a pixel is
 *
 * <pre>
 *   128 + 40 · (x − mean) / √(variance + 25), between 0 and 255
 * </pre>
 *
 * <p>The constant 25 keeps flat regions flat, where the variance is grain.
 */
final class NormalizedContrast {

  private static final float MIDDLE = 128f;
  private static final float GAIN = 40f;
  private static final float GRAIN = 25f;
  private static final SmallBlur LIGHT = new SmallBlur(0.8);
  private static final SmallBlur NEIGHBOURHOOD = new SmallBlur(8);

  private NormalizedContrast() {}

  /**
   * Returns the normalised contrast of a frame.
   *
   * @param samples 16-bit samples, three a pixel
   * @param reduction pixels of the frame on each side of a pixel of the result, at least 1; pixels
   *     that fill no square at the right and lower border are left out
   */
  static BrightnessImage of(short[] samples, int width, int height, int reduction) {
    int smallWidth = width / reduction;
    int smallHeight = height / reduction;
    float[] x =
        LIGHT.of(luma(samples, width, smallWidth, smallHeight, reduction), smallWidth, smallHeight);
    float[] squares = new float[x.length];
    for (int i = 0; i < x.length; i++) {
      squares[i] = x[i] * x[i];
    }
    float[] mean = NEIGHBOURHOOD.of(x, smallWidth, smallHeight);
    float[] meanSquare = NEIGHBOURHOOD.of(squares, smallWidth, smallHeight);
    float[] values = new float[x.length];
    for (int i = 0; i < x.length; i++) {
      float variance = Math.max(meanSquare[i] - mean[i] * mean[i], 0f);
      float value = MIDDLE + GAIN * (x[i] - mean[i]) / (float) Math.sqrt(variance + GRAIN);
      values[i] = Math.min(Math.max(value, 0f), 255f);
    }
    return new BrightnessImage(smallWidth, smallHeight, values);
  }

  /** Returns the mean luma of each square of pixels, 0 to 255. */
  private static float[] luma(
      short[] samples, int width, int smallWidth, int smallHeight, int reduction) {
    float[] luma = new float[smallWidth * smallHeight];
    float scale = 1f / (256f * 257f * reduction * reduction);
    for (int y = 0; y < smallHeight; y++) {
      for (int x = 0; x < smallWidth; x++) {
        long sum = 0;
        for (int row = 0; row < reduction; row++) {
          int at = 3 * ((y * reduction + row) * width + x * reduction);
          for (int column = 0; column < reduction; column++, at += 3) {
            sum +=
                Luma.times256(
                    samples[at] & 0xFFFF, samples[at + 1] & 0xFFFF, samples[at + 2] & 0xFFFF);
          }
        }
        luma[y * smallWidth + x] = sum * scale;
      }
    }
    return luma;
  }
}
