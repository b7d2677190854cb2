package org.diffsynth.internal.diffusion;

import org.diffsynth.Frame;

/**
 * Contrast and sharpness, as the enhancers of Python's imaging library define them but in float:
 * factor 1 changes nothing, 0 gives the mean grey or a smoothed picture, more than 1 exaggerates.
 * Samples come out in [0, 1].
 */
final class PictureTone {

  private static final int CHANNELS = 3;
  private static final float[] LUMA = {0.299f, 0.587f, 0.114f};
  private static final int CENTRE_WEIGHT = 5;
  private static final int KERNEL_SUM = 13;

  private PictureTone() {}

  static Frame adjust(Frame frame, float contrast, float sharpness) {
    if (contrast == 1 && sharpness == 1) {
      return frame;
    }
    float[] samples = frame.toFloat();
    if (contrast != 1) {
      contrast(samples, contrast);
    }
    if (sharpness != 1) {
      samples = sharpen(samples, frame.width(), frame.height(), sharpness);
    }
    return Frame.ofFloat(frame.width(), frame.height(), samples);
  }

  private static void contrast(float[] samples, float factor) {
    double total = 0;
    for (int i = 0; i < samples.length; i++) {
      total += LUMA[i % CHANNELS] * samples[i];
    }
    float mean = (float) (total * CHANNELS / samples.length);
    for (int i = 0; i < samples.length; i++) {
      samples[i] = clamp(mean + factor * (samples[i] - mean));
    }
  }

  /** Pixels at the edge have no full neighbourhood and stay as they are. */
  private static float[] sharpen(float[] samples, int width, int height, float factor) {
    float[] sharp = samples.clone();
    int row = width * CHANNELS;
    for (int y = 1; y < height - 1; y++) {
      for (int i = y * row + CHANNELS; i < (y + 1) * row - CHANNELS; i++) {
        float sum = (CENTRE_WEIGHT - 1) * samples[i];
        for (int above = i - row; above <= i + row; above += row) {
          sum += samples[above - CHANNELS] + samples[above] + samples[above + CHANNELS];
        }
        float smooth = sum / KERNEL_SUM;
        sharp[i] = clamp(smooth + factor * (samples[i] - smooth));
      }
    }
    return sharp;
  }

  static float clamp(float value) {
    return Math.min(Math.max(value, 0f), 1f);
  }
}
