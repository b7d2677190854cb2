package org.diffsynth.testkit.scene;

/**
 * A round or square object that moves over a layer, rotates, changes its size and casts a shadow.
 *
 * @param shape outline
 * @param pattern pattern on the surface
 * @param startX horizontal position at time 0, in picture heights from the centre of the layer
 * @param startY vertical position at time 0, in picture heights downward from the centre
 * @param speedX horizontal speed in picture heights per second
 * @param bounce height of the bounces in picture heights; 0 for none
 * @param radius half of the size, in picture heights
 * @param spin rotations per second
 * @param light first colour
 * @param dark second colour
 */
record MovingObject(
    Shape shape,
    Pattern pattern,
    double startX,
    double startY,
    double speedX,
    double bounce,
    double radius,
    double spin,
    int light,
    int dark) {

  /** The outline of an object. */
  enum Shape {
    BALL,
    CRATE,
    DIAMOND
  }

  /** The pattern on an object. */
  enum Pattern {
    STRIPES,
    CHECKS,
    PLANKS
  }

  private static final int INK = 0x1B1A2B;

  /** The position of the object at one time; computed once per frame. */
  final class Pose {
    private final double x;
    private final double y;
    private final double cos;
    private final double sin;
    private final double size;
    private final double lift;

    Pose(double seconds) {
      double hop = bounce == 0 ? 0 : Math.abs(StrictMath.sin(seconds * 3.1 + startX * 5));
      lift = hop * bounce;
      x = startX + speedX * seconds;
      y = startY - lift + (bounce == 0 ? 0.012 * StrictMath.sin(seconds * 1.7 + startX) : 0);
      double angle = 2 * Math.PI * spin * seconds + startX;
      cos = StrictMath.cos(angle);
      sin = StrictMath.sin(angle);
      size = radius * (1 + 0.04 * StrictMath.sin(seconds * 2.3 + startY * 9));
    }

    /** Returns the vertical position of the ground under the object. */
    double groundY() {
      return startY + size * 0.95;
    }

    /** Darkens the ground under the object. */
    void shade(Paint ground, double px, double py) {
      double dx = (px - x - 0.35 * lift) / (size * 1.15);
      double dy = (py - (startY + size * 0.95)) / (size * 0.32);
      double distance = dx * dx + dy * dy;
      if (distance < 1) {
        double core = 1 - distance;
        ground.scale(1 - 0.55 * core * core / (1 + 3 * lift / radius * 0.4));
      }
    }

    /** Paints the object over {@code paint} where it covers the point. */
    void draw(Paint paint, Paint scratch, double px, double py, double pixel, Look look) {
      double dx = px - x;
      double dy = py - y;
      if (dx * dx + dy * dy > 2.2 * size * size) {
        return;
      }
      double u = (dx * cos + dy * sin) / size;
      double v = (dy * cos - dx * sin) / size;
      double inside = inside(u, v) * size; // distance to the outline, positive within
      double cover = Paint.step(0, pixel * 1.3, inside);
      if (cover <= 0) {
        return;
      }
      surface(scratch, u, v);
      double lit = (-dx * 0.55 - dy * 0.8) / size;
      scratch.scale(0.78 + 0.34 * lit * (shape == Shape.BALL ? 1 : 0.45));
      if (shape == Shape.BALL) {
        double gx = dx / size + 0.35;
        double gy = dy / size + 0.42;
        double gloss = Math.max(0, 1 - 9 * (gx * gx + gy * gy));
        scratch.mix(0xFFFFFF, 0.65 * gloss * gloss);
      }
      look.finish(scratch, u * size, v * size, 0.016);
      if (look.painted()) {
        scratch.mix(INK, 0.9 * (1 - Paint.step(0.006, 0.006, inside)));
      }
      paint.mix(scratch, cover);
    }

    private double inside(double u, double v) {
      return switch (shape) {
        case BALL -> 1 - Math.sqrt(u * u + v * v);
        case CRATE -> 0.82 - Math.max(Math.abs(u), Math.abs(v));
        case DIAMOND -> 0.9 - (Math.abs(u) * 1.25 + Math.abs(v) * 0.85);
      };
    }

    private void surface(Paint paint, double u, double v) {
      double worn = ValueNoise.octaves(u * 6 + startX * 31, v * 6, 41, 3);
      double mask =
          switch (pattern) {
            case STRIPES -> Paint.step(0, 0.12, StrictMath.sin(9 * u));
            case CHECKS -> Paint.step(0, 0.05, StrictMath.sin(7.5 * u) * StrictMath.sin(7.5 * v));
            case PLANKS ->
                Paint.step(0.1, 0.06, Math.abs(v * 2.5 - Math.rint(v * 2.5)))
                    * (0.65 + 0.35 * ValueNoise.at(u * 3, Math.rint(v * 2.5) * 7, 43));
          };
      paint.set(dark);
      paint.mix(light, mask);
      paint.scale(0.8 + 0.4 * worn);
    }
  }
}
