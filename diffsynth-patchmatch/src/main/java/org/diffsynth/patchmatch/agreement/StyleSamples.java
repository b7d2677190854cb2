package org.diffsynth.patchmatch.agreement;

/**
 * The style of a frame: unsigned 16-bit samples, three a pixel, kept in 8 bits each where that
 * loses nothing. A window keeps all its styles, and most videos have 8 bits.
 */
final class StyleSamples {

  /** 16-bit value of one step of 8 bits. */
  private static final int STEP = 257;

  private final byte[] eight;
  private final short[] sixteen;

  private StyleSamples(byte[] eight, short[] sixteen) {
    this.eight = eight;
    this.sixteen = sixteen;
  }

  /** Keeps samples, which must not be changed any more. */
  static StyleSamples of(short[] samples) {
    byte[] eight = new byte[samples.length];
    for (int i = 0; i < samples.length; i++) {
      int value = samples[i] & 0xFFFF;
      if (value % STEP != 0) {
        return new StyleSamples(null, samples);
      }
      eight[i] = (byte) (value / STEP);
    }
    return new StyleSamples(eight, null);
  }

  /** Returns one sample, 0 to 65535. */
  int at(int i) {
    return eight != null ? (eight[i] & 0xFF) * STEP : sixteen[i] & 0xFFFF;
  }

  /**
   * Reads the pixels of a row.
   *
   * @param pixels indices of the pixels
   * @param width number of pixels
   * @param row receives the samples less 32768, by channel
   */
  void read(int[] pixels, int width, short[][] row) {
    short[] red = row[0];
    short[] green = row[1];
    short[] blue = row[2];
    if (eight != null) {
      for (int x = 0; x < width; x++) {
        int i = 3 * pixels[x];
        red[x] = (short) ((eight[i] & 0xFF) * STEP ^ 0x8000);
        green[x] = (short) ((eight[i + 1] & 0xFF) * STEP ^ 0x8000);
        blue[x] = (short) ((eight[i + 2] & 0xFF) * STEP ^ 0x8000);
      }
    } else {
      for (int x = 0; x < width; x++) {
        int i = 3 * pixels[x];
        red[x] = (short) (sixteen[i] ^ 0x8000);
        green[x] = (short) (sixteen[i + 1] ^ 0x8000);
        blue[x] = (short) (sixteen[i + 2] ^ 0x8000);
      }
    }
  }

  /** Returns all samples. */
  short[] toArray() {
    if (eight == null) {
      return sixteen.clone();
    }
    short[] samples = new short[eight.length];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = (short) at(i);
    }
    return samples;
  }
}
