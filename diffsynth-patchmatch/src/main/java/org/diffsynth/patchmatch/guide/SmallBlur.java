package org.diffsynth.patchmatch.guide;

/** A Gaussian blur of small pictures on the calling thread; border pixels repeat outwards. */
final class SmallBlur {

  private final float[] taps;

  /** Creates a blur; taps reach three standard deviations to each side. */
  SmallBlur(double sigma) {
    int radius = (int) StrictMath.ceil(3 * sigma);
    double[] exact = new double[2 * radius + 1];
    double sum = 0;
    for (int k = -radius; k <= radius; k++) {
      exact[k + radius] = StrictMath.exp(-k * k / (2 * sigma * sigma));
      sum += exact[k + radius];
    }
    taps = new float[exact.length];
    for (int k = 0; k < taps.length; k++) {
      taps[k] = (float) (exact[k] / sum);
    }
  }

  /** Returns the blurred picture. */
  float[] of(float[] values, int width, int height) {
    int radius = taps.length / 2;
    float[] across = new float[values.length];
    float[] padded = new float[width + 2 * radius];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < padded.length; x++) {
        padded[x] = values[y * width + Math.min(Math.max(x - radius, 0), width - 1)];
      }
      for (int k = 0; k < taps.length; k++) {
        float tap = taps[k];
        for (int x = 0; x < width; x++) {
          across[y * width + x] += tap * padded[x + k];
        }
      }
    }
    float[] blurred = new float[values.length];
    for (int y = 0; y < height; y++) {
      for (int k = 0; k < taps.length; k++) {
        float tap = taps[k];
        int row = Math.min(Math.max(y + k - radius, 0), height - 1) * width;
        for (int x = 0; x < width; x++) {
          blurred[y * width + x] += tap * across[row + x];
        }
      }
    }
    return blurred;
  }
}
