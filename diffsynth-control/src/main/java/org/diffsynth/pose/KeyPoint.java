package org.diffsynth.pose;

import org.diffsynth.internal.text.Text;

/**
 * One key point of a person, such as a joint, a finger tip or a corner of the mouth.
 *
 * @param x column in pixels; 0 is the centre of the leftmost pixel. Finite; may lie outside the
 *     picture
 * @param y row in pixels; 0 is the centre of the topmost pixel. Finite; may lie outside the picture
 * @param confidence confidence of the detector, in [0, 1]; larger values are reduced to 1. A value
 *     of 0 means that the point was not found, and that {@code x} and {@code y} have no meaning
 */
public record KeyPoint(double x, double y, double confidence) {

  /** A point that was not found. */
  public static final KeyPoint MISSING = new KeyPoint(0, 0, 0);

  /**
   * Creates a {@code KeyPoint} from its components.
   *
   * @throws IllegalArgumentException if a coordinate is not finite or the confidence is negative or
   *     NaN
   */
  public KeyPoint {
    if (!Double.isFinite(x) || !Double.isFinite(y)) {
      throw new IllegalArgumentException(
          Text.format("x and y must be finite, but were %s and %s", x, y));
    }
    if (!(confidence >= 0)) {
      throw new IllegalArgumentException("confidence must be at least 0, but was " + confidence);
    }
    // Values of heat maps exceed 1 by a few per cent, which must not fail.
    confidence = Math.min(confidence, 1);
  }

  /** Returns whether the point was found, which means that its confidence is above 0. */
  public boolean isPresent() {
    return confidence > 0;
  }

  /** Returns the Euclidean distance to another point, in pixels. */
  public double distance(KeyPoint other) {
    double dx = x - other.x;
    double dy = y - other.y;
    return Math.sqrt(dx * dx + dy * dy);
  }
}
