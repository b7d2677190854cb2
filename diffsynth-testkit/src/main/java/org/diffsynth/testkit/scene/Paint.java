package org.diffsynth.testkit.scene;

/** A colour being mixed, linear operations on display values in [0, 1]. One per thread. */
final class Paint {

  double red;
  double green;
  double blue;

  void set(int rgb) {
    red = (rgb >> 16 & 0xFF) / 255.0;
    green = (rgb >> 8 & 0xFF) / 255.0;
    blue = (rgb & 0xFF) / 255.0;
  }

  /** Moves toward a colour by {@code share} in [0, 1]. */
  void mix(int rgb, double share) {
    red += ((rgb >> 16 & 0xFF) / 255.0 - red) * share;
    green += ((rgb >> 8 & 0xFF) / 255.0 - green) * share;
    blue += ((rgb & 0xFF) / 255.0 - blue) * share;
  }

  void mix(Paint other, double share) {
    red += (other.red - red) * share;
    green += (other.green - green) * share;
    blue += (other.blue - blue) * share;
  }

  void scale(double factor) {
    red *= factor;
    green *= factor;
    blue *= factor;
  }

  /** 0 below {@code edge} − half the width, 1 above it, a smooth ramp between. */
  static double step(double edge, double width, double value) {
    double t = Math.min(Math.max((value - edge) / width + 0.5, 0), 1);
    return t * t * (3 - 2 * t);
  }
}
