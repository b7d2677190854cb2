package org.diffsynth.io;

import org.diffsynth.frame.Frame;
import org.diffsynth.frame.Luma;

/**
 * Changes contrast, then sharpness, as {@code ImageEnhance} of Pillow, Python's imaging library,
 * does.
 *
 * <p>Both are a mix {@code d + factor · (v − d)} of each sample v with a degenerate picture d. For
 * contrast, d is the mean luma of the frame everywhere. For sharpness, d is the frame smoothed by a
 * 3 by 3 kernel with weights 1, and 5 in the centre; pixels on the edge of the frame stay as they
 * are.
 *
 * <p>A frame of 8 bits gives Pillow's bytes, including its truncation of fractions. A frame of
 * another depth gives a {@link Frame.Depth#FLOAT} frame with samples clipped to [0, 1], without
 * rounding.
 *
 * @param contrast factor for contrast, in [0, 10]; 1 changes nothing, 0 gives a grey frame, 1.5 is
 *     a visible change
 * @param sharpness factor for sharpness, in [0, 10]; 1 changes nothing, 0 gives the smoothed frame,
 *     3 to 5 is a visible change
 */
public record Enhancement(float contrast, float sharpness) {

  /** Leaves pictures unchanged. */
  public static final Enhancement NONE = new Enhancement(1, 1);

  private static final float MAX_FACTOR = 10;
  private static final int CHANNELS = 3;
  private static final float[] LUMA = {Luma.RED, Luma.GREEN, Luma.BLUE};
  private static final int KERNEL_SUM = 13;
  private static final int WHITE = 255;

  /**
   * Creates a {@code Enhancement} from its components.
   *
   * @throws IllegalArgumentException if a component is outside its documented range
   */
  public Enhancement {
    check("contrast", contrast);
    check("sharpness", sharpness);
  }

  private static void check(String name, float factor) {
    if (!(factor >= 0 && factor <= MAX_FACTOR)) {
      throw new IllegalArgumentException(name + " must be in [0, 10], but was " + factor);
    }
  }

  /** Returns the frame with changed contrast and sharpness; itself if both factors are 1. */
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
        total += Luma.pillow(samples[i] & 0xFF, samples[i + 1] & 0xFF, samples[i + 2] & 0xFF);
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

  private static byte mixed(int degenerate, int sample, float factor) {
    float value = degenerate + factor * (sample - degenerate);
    return (byte) Math.min(Math.max(value, 0), WHITE);
  }
}
