package org.diffsynth.frame;

import org.diffsynth.internal.text.Text;

/**
 * The size of a frame in pixels. Printed as {@code 640x360}.
 *
 * @param width number of columns, at least 1
 * @param height number of rows, at least 1
 */
public record FrameSize(int width, int height) {

  /** Checks that both sides are at least 1. */
  public FrameSize {
    if (width < 1 || height < 1) {
      throw new IllegalArgumentException(
          Text.format("width and height must be at least 1, but were %dx%d", width, height));
    }
  }

  /**
   * Reads a size from text such as {@code "640x360"}.
   *
   * @throws IllegalArgumentException if the text is not two positive integers joined by an x
   */
  public static FrameSize parse(String text) {
    if (!text.matches("[1-9]\\d{0,8}x[1-9]\\d{0,8}")) {
      throw new IllegalArgumentException("size must look like 640x360, but was '" + text + "'");
    }
    int separator = text.indexOf('x');
    return new FrameSize(
        Integer.parseInt(text.substring(0, separator)),
        Integer.parseInt(text.substring(separator + 1)));
  }

  /** Returns the number of pixels, {@code width * height}. */
  public long pixels() {
    return (long) width * height;
  }

  /** Returns this size with both sides multiplied by a whole factor of at least 1. */
  public FrameSize times(int factor) {
    return new FrameSize(Math.multiplyExact(width, factor), Math.multiplyExact(height, factor));
  }

  /**
   * Returns the nearest size whose sides are multiples of {@code multiple}. A side is rounded half
   * up and never becomes smaller than {@code multiple}: 27x17 gives 24x16 for a multiple of 8.
   */
  public FrameSize nearestMultiple(int multiple) {
    return new FrameSize(nearest(width, multiple), nearest(height, multiple));
  }

  private static int nearest(int side, int multiple) {
    return Math.max(multiple, (side + multiple / 2) / multiple * multiple);
  }

  /**
   * Returns whether a picture of this size can be scaled to the other size without looking
   * stretched: the proportions differ by at most 1 %, or by the rounding of a side to whole pixels.
   * Of sizes with one equal side, the other side must be equal too, because such pictures were
   * cropped or padded and not scaled.
   */
  public boolean isProportionalTo(FrameSize other) {
    if ((width == other.width) != (height == other.height)) {
      return false;
    }
    double scaledHeight = (double) height * other.width / width;
    double scaledWidth = (double) width * other.height / height;
    double tolerance = Math.max(0.01, 1.0 / Math.min(smallerSide(), other.smallerSide()));
    return Math.abs(scaledHeight - other.height) <= tolerance * other.height
        && Math.abs(scaledWidth - other.width) <= tolerance * other.width;
  }

  private int smallerSide() {
    return Math.min(width, height);
  }

  /** Returns width and height in pixels, such as {@code "640x360"}. */
  @Override
  public String toString() {
    return width + "x" + height;
  }
}
