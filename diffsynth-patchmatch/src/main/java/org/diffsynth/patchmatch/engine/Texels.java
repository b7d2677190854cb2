package org.diffsynth.patchmatch.engine;

/**
 * An RGB picture in 8 bits a sample, one int per pixel ({@code blue << 16 | green << 8 | red}):
 * what patches are compared on.
 */
public final class Texels {

  /** Elements after the last texel, so that whole vectors can be read. */
  public static final int PADDING = 16;

  private final int width;
  private final int height;
  private final int[] rgb;

  public Texels(int width, int height, int[] rgb) {
    this.width = width;
    this.height = height;
    this.rgb = rgb;
  }

  public int width() {
    return width;
  }

  public int height() {
    return height;
  }

  public int[] rgb() {
    return rgb;
  }

  /** Rounds 16-bit samples to 8 bits. */
  public static Texels of(Picture picture) {
    int count = picture.width() * picture.height();
    int[] rgb = new int[count + PADDING];
    short[] samples = picture.samples();
    for (int i = 0; i < count; i++) {
      rgb[i] = to8(samples[3 * i]) | to8(samples[3 * i + 1]) << 8 | to8(samples[3 * i + 2]) << 16;
    }
    return new Texels(picture.width(), picture.height(), rgb);
  }

  private static int to8(short sample16) {
    return ((sample16 & 0xFFFF) + 128) / 257;
  }
}
