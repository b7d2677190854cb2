package org.diffsynth.pose;

import org.diffsynth.internal.text.Text;

/**
 * An axis-aligned rectangle of a picture, such as the box around one person, in pixels. Coordinates
 * may be fractional, and the rectangle may reach beyond the picture. Immutable.
 *
 * @param left column of the left edge; finite
 * @param top row of the upper edge; finite
 * @param width width in pixels; finite and above 0
 * @param height height in pixels; finite and above 0
 */
public record BoundingBox(double left, double top, double width, double height) {

  /**
   * Checks the size.
   *
   * @throws IllegalArgumentException if width or height is not above 0
   */
  public BoundingBox {
    if (!(width > 0 && height > 0)) {
      throw new IllegalArgumentException(
          Text.format("width and height must be above 0, but were %s and %s", width, height));
    }
  }
}
