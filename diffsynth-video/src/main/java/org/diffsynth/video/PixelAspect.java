package org.diffsynth.video;

import java.math.BigInteger;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.internal.text.Text;

/**
 * Shape of the pixels of a video, which players stretch to be square: width divided by height.
 *
 * <p>Most videos have square pixels, 1:1. DVD and DV of 720×576 have 16:15 (or 64:45 for wide
 * screens), DV of 720×480 has 8:9 (or 32:27), and HDV of 1440×1080 has 4:3.
 *
 * @param width width of a pixel, in any unit; at least 1. The fraction is reduced to lowest terms
 * @param height height of a pixel, in the unit of the width; at least 1
 */
public record PixelAspect(int width, int height) {

  /** Square pixels, 1:1. */
  public static final PixelAspect SQUARE = new PixelAspect(1, 1);

  /** Checks the ranges and reduces the fraction to lowest terms. */
  public PixelAspect {
    if (width < 1 || height < 1) {
      throw new IllegalArgumentException(
          Text.format(
              "width and height of a pixel must be at least 1, but were %d:%d", width, height));
    }
    int divisor = BigInteger.valueOf(width).gcd(BigInteger.valueOf(height)).intValue();
    width /= divisor;
    height /= divisor;
  }

  /** Returns whether pixels are as wide as they are high. */
  public boolean isSquare() {
    return width == height;
  }

  /**
   * Returns the size at which a picture with such pixels looks right on square pixels. One side is
   * kept and the other grows, so that no detail is lost: 720x576 at 16:15 gives 768x576.
   */
  public FrameSize squareSize(FrameSize size) {
    if (width >= height) {
      return new FrameSize(rounded((long) size.width() * width, height), size.height());
    }
    return new FrameSize(size.width(), rounded((long) size.height() * height, width));
  }

  private static int rounded(long dividend, int divisor) {
    return Math.toIntExact(Math.max(1, (dividend + divisor / 2) / divisor));
  }

  /**
   * Returns the shape of pixels after a whole picture was scaled to another size, so that players
   * show it as before.
   */
  public PixelAspect scaled(FrameSize from, FrameSize to) {
    if (from.equals(to)) {
      return this;
    }
    BigInteger across = product(width, from.width(), to.height());
    BigInteger down = product(height, from.height(), to.width());
    BigInteger divisor = across.gcd(down);
    across = across.divide(divisor);
    down = down.divide(divisor);
    while (across.max(down).bitLength() > 16) {
      across = across.shiftRight(1).max(BigInteger.ONE);
      down = down.shiftRight(1).max(BigInteger.ONE);
    }
    return new PixelAspect(across.intValueExact(), down.intValueExact());
  }

  private static BigInteger product(int a, int b, int c) {
    return BigInteger.valueOf(a).multiply(BigInteger.valueOf(b)).multiply(BigInteger.valueOf(c));
  }

  /** Returns the shape after a quarter turn of the picture. */
  PixelAspect turned() {
    return new PixelAspect(height, width);
  }

  /** Returns width and height, such as {@code "16:15"}. */
  @Override
  public String toString() {
    return width + ":" + height;
  }
}
