package org.diffsynth.frame;

/**
 * An exact frame rate in frames per second, such as 30000/1001 for NTSC video.
 *
 * @param numerator number of frames in {@code denominator} seconds, at least 1
 * @param denominator number of seconds, at least 1. The fraction is reduced to lowest terms
 */
public record FrameRate(int numerator, int denominator) {

  /** 25 frames per second, the default for folders of pictures. */
  public static final FrameRate DEFAULT = new FrameRate(25, 1);

  /** Checks the ranges and reduces the fraction to lowest terms. */
  public FrameRate {
    if (numerator < 1) {
      throw new IllegalArgumentException("numerator must be at least 1, but was " + numerator);
    }
    if (denominator < 1) {
      throw new IllegalArgumentException("denominator must be at least 1, but was " + denominator);
    }
    int divisor = gcd(numerator, denominator);
    numerator /= divisor;
    denominator /= divisor;
  }

  /** Creates a rate of a whole number of frames per second. */
  public static FrameRate of(int framesPerSecond) {
    return new FrameRate(framesPerSecond, 1);
  }

  /**
   * Reads a rate such as {@code "25"}, {@code "30000/1001"} or {@code "29.97"}. Decimals of NTSC
   * rates, such as 23.976 and 29.97, become exact fractions with the denominator 1001.
   *
   * @throws IllegalArgumentException if the text is not a positive number or fraction
   */
  public static FrameRate parse(String text) {
    try {
      int slash = text.indexOf('/');
      if (slash >= 0) {
        return new FrameRate(
            Integer.parseInt(text.substring(0, slash).strip()),
            Integer.parseInt(text.substring(slash + 1).strip()));
      }
      double value = Double.parseDouble(text.strip());
      long ntsc = Math.round(value * 1001 / 1000);
      if (value != Math.rint(value) && Math.abs(ntsc * 1000.0 / 1001 - value) < 0.006) {
        return new FrameRate(Math.toIntExact(ntsc * 1000), 1001);
      }
      return new FrameRate(Math.toIntExact(Math.round(value * 1000)), 1000);
    } catch (NumberFormatException | ArithmeticException e) {
      throw new IllegalArgumentException(
          "frame rate must be a number such as 25, 29.97 or 30000/1001, but was '" + text + "'", e);
    }
  }

  /** Returns the frames per second in double precision. */
  public double framesPerSecond() {
    return (double) numerator / denominator;
  }

  /** Returns the start time of frame {@code index}, counted from 0, in seconds. */
  public double secondsAt(long index) {
    return (double) index * denominator / numerator;
  }

  @Override
  public String toString() {
    return denominator == 1 ? Integer.toString(numerator) : numerator + "/" + denominator;
  }

  private static int gcd(int a, int b) {
    return b == 0 ? a : gcd(b, a % b);
  }
}
