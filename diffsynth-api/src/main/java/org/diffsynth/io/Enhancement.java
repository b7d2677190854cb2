package org.diffsynth.io;

import org.diffsynth.frame.Frame;

/**
 * Contrast, then sharpness, as {@code ImageEnhance} of Python's imaging library defines them.
 *
 * <p>Each is the mix d + factor·(v − d) of a picture v with a dull one d: for contrast the mean of
 * its luma (BT.601) everywhere, for sharpness the picture smoothed by 3 × 3 weights of 1, the
 * middle 5; pixels at the edge stay. Frames of 8 bits come out with that library's own numbers, cut
 * off fractions included; all others as floats in [0, 1], without any rounding.
 *
 * @param contrast in [0, 10]; 1 changes nothing, 0 is plain grey
 * @param sharpness in [0, 10]; 1 changes nothing, 0 is the smoothed picture
 */
public record Enhancement(float contrast, float sharpness) {

  /** Changes nothing. */
  public static final Enhancement NONE = new Enhancement(1, 1);

  private static final float MAX_FACTOR = 10;
  private static final int CHANNELS = 3;
  private static final float[] LUMA = {0.299f, 0.587f, 0.114f};

  /** The same weights in units of 2⁻¹⁶. */
  private static final int[] LUMA16 = {19595, 38470, 7471};

  private static final int KERNEL_SUM = 13;
  private static final int WHITE = 255;

  /** Checks the ranges. */
  public Enhancement {
    check("contrast", contrast);
    check("sharpness", sharpness);
  }

  private static void check(String name, float factor) {
    if (!(factor >= 0 && factor <= MAX_FACTOR)) {
      throw new IllegalArgumentException(name + " must be in [0, 10], was " + factor);
    }
  }

  /** The frame with both; itself if there is nothing to do. */
  public Frame apply(Frame frame) {
    if (contrast == 1 && sharpness == 1) {
      return frame;
    }
    return frame.depth() == Frame.Depth.UINT8 ? ofBytes(frame) : ofFloats(frame);
  }

  private Frame ofFloats(Frame frame) {
    float[] samples = frame.toFloat();
    if (contrast != 1) {
      double total = 0;
      for (int i = 0; i < samples.length; i++) {
        total += LUMA[i % CHANNELS] * samples[i];
      }
      float mean = (float) (total * CHANNELS / samples.length);
      for (int i = 0; i < samples.length; i++) {
        samples[i] = clamp(mean + contrast * (samples[i] - mean));
      }
    }
    float[] sharp = samples.clone();
    int row = frame.width() * CHANNELS;
    for (int y = 1; sharpness != 1 && y < frame.height() - 1; y++) {
      for (int i = y * row + CHANNELS; i < (y + 1) * row - CHANNELS; i++) {
        float sum = 4 * samples[i];
        for (int above = i - row; above <= i + row; above += row) {
          sum += samples[above - CHANNELS] + samples[above] + samples[above + CHANNELS];
        }
        float smooth = sum / KERNEL_SUM;
        sharp[i] = clamp(smooth + sharpness * (samples[i] - smooth));
      }
    }
    return Frame.ofFloat(frame.width(), frame.height(), sharp);
  }

  private static float clamp(float value) {
    return Math.min(Math.max(value, 0f), 1f);
  }

  private Frame ofBytes(Frame frame) {
    byte[] samples = frame.toRgb8();
    if (contrast != 1) {
      long total = 0;
      for (int i = 0; i < samples.length; i += CHANNELS) {
        int luma = 1 << 15;
        for (int c = 0; c < CHANNELS; c++) {
          luma += LUMA16[c] * (samples[i + c] & 0xFF);
        }
        total += luma >> 16;
      }
      int mean = (int) ((double) total * CHANNELS / samples.length + 0.5);
      for (int i = 0; i < samples.length; i++) {
        samples[i] = mixed(mean, samples[i] & 0xFF, contrast);
      }
    }
    byte[] sharp = samples.clone();
    int row = frame.width() * CHANNELS;
    for (int y = 1; sharpness != 1 && y < frame.height() - 1; y++) {
      for (int i = y * row + CHANNELS; i < (y + 1) * row - CHANNELS; i++) {
        int sum = 4 * (samples[i] & 0xFF);
        for (int above = i - row; above <= i + row; above += row) {
          sum += samples[above - CHANNELS] & 0xFF;
          sum += samples[above] & 0xFF;
          sum += samples[above + CHANNELS] & 0xFF;
        }
        int smooth = (2 * sum + KERNEL_SUM) / (2 * KERNEL_SUM);
        sharp[i] = mixed(smooth, samples[i] & 0xFF, sharpness);
      }
    }
    return Frame.ofRgb8(frame.width(), frame.height(), sharp);
  }

  private static byte mixed(int dull, int sample, float factor) {
    float value = dull + factor * (sample - dull);
    return (byte) Math.min(Math.max(value, 0), WHITE);
  }
}
