package org.diffsynth.testkit.scene;

/** A mutable colour with linear operations on display values in [0, 1]; for one thread. */
final class Paint {

  double red;
  double green;
  double blue;

  /** Nearness of what is painted, from 0 at infinity to 1 at the lower edge of the picture. */
  double near;

  void set(int rgb) {
    red = (rgb >> 16 & 0xFF) / 255.0;
    green = (rgb >> 8 & 0xFF) / 255.0;
    blue = (rgb & 0xFF) / 255.0;
  }

  /** Mixes this colour with another colour, whose share is in [0, 1]. */
  void mix(int rgb, double share) {
    red += ((rgb >> 16 & 0xFF) / 255.0 - red) * share;
    green += ((rgb >> 8 & 0xFF) / 255.0 - green) * share;
    blue += ((rgb & 0xFF) / 255.0 - blue) * share;
  }

  void mix(Paint other, double share) {
    red += (other.red - red) * share;
    green += (other.green - green) * share;
    blue += (other.blue - blue) * share;
    near += (other.near - near) * share;
  }

  void scale(double factor) {
    red *= factor;
    green *= factor;
    blue *= factor;
  }

  /** Returns a smooth step from 0 to 1 of the given width, centred at {@code edge}. */
  static double step(double edge, double width, double value) {
    double t = Math.min(Math.max((value - edge) / width + 0.5, 0), 1);
    return t * t * (3 - 2 * t);
  }
}
