package org.diffsynth.patchmatch.engine;

/**
 * An RGB picture with 8 bits a sample, one int a pixel, row by row. Matching and agreement compare
 * guides in this form.
 *
 * <pre>
 *   bits    31..24   23..16   15..8   7..0
 *   sample  0        blue     green   red
 * </pre>
 *
 * <p>Two objects are equal only if they are the same object: caches keep what they make of one.
 */
public final class Texels {

  /** Elements after the last texel. */
  public static final int PADDING = 16;

  private final int width;
  private final int height;
  private final int[] rgb;

  /**
   * Creates a picture over an array, which is not copied.
   *
   * @param rgb {@code width * height} texels; where vector kernels read them, {@link #PADDING} more
   *     elements, so that whole vectors can be read
   */
  public Texels(int width, int height, int[] rgb) {
    this.width = width;
    this.height = height;
    this.rgb = rgb;
  }

  /** Returns the width of the picture in pixels. */
  public int width() {
    return width;
  }

  /** Returns the height of the picture in pixels. */
  public int height() {
    return height;
  }

  /** Returns the array of texels itself, row by row, without a copy. */
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

  /** Returns the picture in 16 bits a sample. */
  Picture toPicture() {
    Picture picture = Picture.blank(width, height);
    for (int i = 0; i < width * height; i++) {
      picture.samples()[3 * i] = (short) (red(rgb[i]) * 257);
      picture.samples()[3 * i + 1] = (short) (green(rgb[i]) * 257);
      picture.samples()[3 * i + 2] = (short) (blue(rgb[i]) * 257);
    }
    return picture;
  }

  private static int to8(short sample16) {
    return ((sample16 & 0xFFFF) + 128) / 257;
  }

  /** Returns the red sample of a texel, 0 to 255. */
  public static int red(int texel) {
    return texel & 0xFF;
  }

  /** Returns the green sample of a texel, 0 to 255. */
  public static int green(int texel) {
    return texel >>> 8 & 0xFF;
  }

  /** Returns the blue sample of a texel, 0 to 255. */
  public static int blue(int texel) {
    return texel >>> 16;
  }

  /** Returns the sample of a texel by channel, 0 to 255: 0 red, 1 green, 2 blue. */
  public static int channel(int texel, int channel) {
    return texel >>> 8 * channel & 0xFF;
  }

  /**
   * Returns the sum of the squared differences of the three samples of two texels, at most 195,075.
   */
  public static int squaredDifference(int a, int b) {
    int red = red(a) - red(b);
    int green = green(a) - green(b);
    int blue = blue(a) - blue(b);
    return red * red + green * green + blue * blue;
  }
}
