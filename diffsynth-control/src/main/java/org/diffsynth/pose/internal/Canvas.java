package org.diffsynth.pose.internal;

import org.diffsynth.frame.Frame;

/**
 * A black picture on which filled shapes are drawn with antialiased edges. The result has the same
 * bytes on every machine.
 *
 * <p>Each pixel has 4 × 4 sample points. The number of sample points that lie inside the shape is
 * the coverage of the pixel, and the colour is mixed in by sixteenths with integer arithmetic.
 * Pixel centres have integer coordinates. Coordinates are first rounded to 1/16 pixel; after that,
 * only single sums, products and comparisons of doubles follow, whose rounding Java defines
 * exactly. Not thread-safe.
 */
public final class Canvas {

  private static final int SAMPLES = 4;
  private static final double GRID = 16;

  private final int width;
  private final int height;
  private final byte[] rgb;

  /**
   * Creates a black picture.
   *
   * @param width columns, at least 1
   * @param height rows, at least 1
   */
  public Canvas(int width, int height) {
    if (width < 1 || height < 1) {
      throw new IllegalArgumentException(
          "width and height must be at least 1, but were " + width + "x" + height);
    }
    this.width = width;
    this.height = height;
    this.rgb = new byte[Math.multiplyExact(Math.multiplyExact(width, height), 3)];
  }

  /** Returns a copy of the picture as an 8-bit frame. */
  public Frame toFrame() {
    return Frame.ofRgb8(width, height, rgb);
  }

  /**
   * Fills a disc with a colour.
   *
   * @param x column of the centre
   * @param y row of the centre
   * @param radius radius in pixels
   * @param colour colour as {@code 0xRRGGBB}
   */
  public void disc(double x, double y, double radius, int colour) {
    capsule(x, y, x, y, radius, colour);
  }

  /**
   * Fills all points whose distance to the line segment from (x0, y0) to (x1, y1) is at most {@code
   * radius}.
   *
   * @param radius half the thickness of the line, in pixels
   * @param colour colour as {@code 0xRRGGBB}
   */
  public void capsule(double x0, double y0, double x1, double y1, double radius, int colour) {
    double ax = grid(x0);
    double ay = grid(y0);
    double dx = grid(x1) - ax;
    double dy = grid(y1) - ay;
    double squared = dx * dx + dy * dy;
    double limit = radius * radius;
    fill(
        box(ax, ay, ax + dx, ay + dy, radius),
        colour,
        (x, y) -> {
          double px = x - ax;
          double py = y - ay;
          double along = px * dx + py * dy;
          if (along <= 0 || squared == 0) {
            return px * px + py * py <= limit;
          }
          if (along >= squared) {
            double qx = px - dx;
            double qy = py - dy;
            return qx * qx + qy * qy <= limit;
          }
          double across = px * dy - py * dx;
          return across * across <= limit * squared;
        });
  }

  /**
   * Fills the ellipse one axis of which is the line segment from (x0, y0) to (x1, y1). Draws
   * nothing if both points are the same.
   *
   * @param radius half the length of the other axis, in pixels
   * @param colour colour as {@code 0xRRGGBB}
   */
  public void ellipse(double x0, double y0, double x1, double y1, double radius, int colour) {
    double ax = grid(x0);
    double ay = grid(y0);
    double dx = (grid(x1) - ax) / 2;
    double dy = (grid(y1) - ay) / 2;
    double cx = ax + dx;
    double cy = ay + dy;
    double squared = dx * dx + dy * dy;
    if (squared == 0) {
      return;
    }
    double limit = radius * radius;
    fill(
        box(ax, ay, ax + 2 * dx, ay + 2 * dy, radius),
        colour,
        (x, y) -> {
          double px = x - cx;
          double py = y - cy;
          double along = px * dx + py * dy;
          double across = px * dy - py * dx;
          // (along/|d|)² / |d|² + (across/|d|)² / radius² <= 1, multiplied by the denominators
          return along * along * limit + across * across * squared <= squared * squared * limit;
        });
  }

  private interface Shape {
    boolean contains(double x, double y);
  }

  private static double grid(double value) {
    return Math.rint(value * GRID) / GRID;
  }

  /** First column, first row, last column and last row of the pixels that a shape may touch. */
  private int[] box(double x0, double y0, double x1, double y1, double margin) {
    return new int[] {
      (int) Math.max(0, Math.floor(Math.min(x0, x1) - margin)),
      (int) Math.max(0, Math.floor(Math.min(y0, y1) - margin)),
      (int) Math.min(width - 1.0, Math.ceil(Math.max(x0, x1) + margin)),
      (int) Math.min(height - 1.0, Math.ceil(Math.max(y0, y1) + margin))
    };
  }

  private void fill(int[] box, int colour, Shape shape) {
    for (int y = box[1]; y <= box[3]; y++) {
      for (int x = box[0]; x <= box[2]; x++) {
        int covered = 0;
        for (int i = 0; i < SAMPLES * SAMPLES; i++) {
          double sampleX = x + (2 * (i % SAMPLES) + 1 - SAMPLES) / (2.0 * SAMPLES);
          double sampleY = y + (2 * (i / SAMPLES) + 1 - SAMPLES) / (2.0 * SAMPLES);
          covered += shape.contains(sampleX, sampleY) ? 1 : 0;
        }
        if (covered > 0) {
          mix((y * width + x) * 3, covered, colour);
        }
      }
    }
  }

  private void mix(int at, int covered, int colour) {
    int all = SAMPLES * SAMPLES;
    for (int c = 0; c < 3; c++) {
      int below = rgb[at + c] & 0xFF;
      int above = colour >> (16 - 8 * c) & 0xFF;
      rgb[at + c] = (byte) ((below * (all - covered) + above * covered + all / 2) / all);
    }
  }
}
