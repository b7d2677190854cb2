package org.diffsynth.internal.diffusion;

import org.diffsynth.frame.Frame;

/**
 * Brings pictures to the size a model works at and back, by separable triangle filtering: bilinear
 * when enlarging, an average over the pixels covered when shrinking.
 */
record PictureSize(int width, int height) {

  private static final int CHANNELS = 3;

  /** The nearest size whose sides are multiples of {@code multiple}, at least one each. */
  PictureSize nearestMultiple(int multiple) {
    return new PictureSize(nearest(width, multiple), nearest(height, multiple));
  }

  private static int nearest(int side, int multiple) {
    return Math.max(multiple, (side + multiple / 2) / multiple * multiple);
  }

  /** The frame at this size: itself if it has it, else with 16 bits a sample. */
  Frame fit(Frame frame) {
    if (frame.width() == width && frame.height() == height) {
      return frame;
    }
    float[] samples = frame.toFloat();
    Taps columns = new Taps(frame.width(), width);
    Taps rows = new Taps(frame.height(), height);
    float[] narrowed = new float[width * frame.height() * CHANNELS];
    for (int y = 0; y < frame.height(); y++) {
      for (int x = 0; x < width; x++) {
        for (int c = 0; c < CHANNELS; c++) {
          narrowed[(y * width + x) * CHANNELS + c] =
              columns.sum(x, samples, y * frame.width() * CHANNELS + c, CHANNELS);
        }
      }
    }
    float[] fitted = new float[width * height * CHANNELS];
    for (int y = 0; y < height; y++) {
      for (int i = 0; i < width * CHANNELS; i++) {
        fitted[y * width * CHANNELS + i] = rows.sum(y, narrowed, i, width * CHANNELS);
      }
    }
    return Frame.ofFloat(width, height, fitted).as(Frame.Depth.UINT16);
  }

  @Override
  public String toString() {
    return width + "x" + height;
  }

  /** The source pixels that make each target pixel along one side, and their weights. */
  private static final class Taps {

    private final int[] first;
    private final float[][] weights;

    Taps(int from, int to) {
      first = new int[to];
      weights = new float[to][];
      double ratio = (double) from / to;
      double radius = Math.max(1, ratio);
      for (int i = 0; i < to; i++) {
        double centre = (i + 0.5) * ratio - 0.5;
        int low = Math.max(0, (int) Math.ceil(centre - radius));
        int high = Math.min(from - 1, (int) Math.floor(centre + radius));
        double[] raw = new double[high - low + 1];
        double total = 0;
        for (int tap = 0; tap < raw.length; tap++) {
          raw[tap] = Math.max(0, 1 - Math.abs(low + tap - centre) / radius);
          total += raw[tap];
        }
        first[i] = low;
        weights[i] = new float[raw.length];
        for (int tap = 0; tap < raw.length; tap++) {
          weights[i][tap] = (float) (raw[tap] / total);
        }
      }
    }

    float sum(int target, float[] samples, int offset, int stride) {
      float sum = 0;
      for (int tap = 0; tap < weights[target].length; tap++) {
        sum += weights[target][tap] * samples[offset + (first[target] + tap) * stride];
      }
      return sum;
    }
  }
}
