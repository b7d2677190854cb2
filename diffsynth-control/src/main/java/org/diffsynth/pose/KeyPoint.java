package org.diffsynth.pose;

/**
 * One point of a person: a joint, a finger tip, a corner of the mouth.
 *
 * @param x column in pixels, the centre of the leftmost pixel being 0; may lie outside the picture
 * @param y row in pixels, the centre of the topmost pixel being 0
 * @param confidence how sure the detector is, in [0, 1]; 0 means the point was not found, and then
 *     {@code x} and {@code y} mean nothing
 */
public record KeyPoint(double x, double y, double confidence) {

  /** A point that was not found. */
  public static final KeyPoint MISSING = new KeyPoint(0, 0, 0);

  /** Checks the ranges. */
  public KeyPoint {
    if (!Double.isFinite(x) || !Double.isFinite(y)) {
      throw new IllegalArgumentException("x and y must be finite, were %s, %s".formatted(x, y));
    }
    if (!(confidence >= 0)) {
      throw new IllegalArgumentException("confidence must be at least 0, was " + confidence);
    }
    // Heat maps overshoot by a few per cent; more is not a confidence, but is no reason to stop.
    confidence = Math.min(confidence, 1);
  }

  /** Whether it was found. */
  public boolean isPresent() {
    return confidence > 0;
  }

  /** Distance to another point in pixels. */
  public double distance(KeyPoint other) {
    double dx = x - other.x;
    double dy = y - other.y;
    return Math.sqrt(dx * dx + dy * dy);
  }
}
