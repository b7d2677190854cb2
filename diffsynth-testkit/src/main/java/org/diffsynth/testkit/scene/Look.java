package org.diffsynth.testkit.scene;

/**
 * The style in which surfaces are painted: plain, or a painting with flat colours and brush
 * strokes.
 *
 * @param painted whether the style is a painting
 * @param strokeSeed seed of the brush strokes that move with the surfaces
 * @param redrawn share of other strokes, from {@code redrawSeed}, in [0, 1]
 * @param redrawSeed seed of the other strokes
 */
record Look(boolean painted, int strokeSeed, double redrawn, int redrawSeed) {

  static final Look PLAIN = new Look(false, 0, 0, 0);
  static final Look PAINTED = new Look(true, 7001, 0, 0);

  private static final double LEVELS = 5;

  /**
   * Returns the painting style of one frame in which some brush strokes differ from {@link
   * #PAINTED}.
   *
   * @param share share of the strokes that differ, in [0, 1]
   * @param frameSeed seed of the strokes that differ
   */
  static Look repainted(double share, int frameSeed) {
    return new Look(true, PAINTED.strokeSeed, share, frameSeed);
  }

  /**
   * Applies the style to the colour of a surface point.
   *
   * @param u horizontal position on the surface, in picture heights
   * @param v vertical position on the surface, in picture heights
   * @param grain size of the brush strokes, in picture heights
   */
  void finish(Paint paint, double u, double v, double grain) {
    if (!painted) {
      return;
    }
    double x = u / grain;
    double y = v / grain;
    double stroke = ValueNoise.octaves(x * 0.5 + y * 0.35, y * 1.6 - x * 0.6, strokeSeed, 2);
    if (redrawn > 0) {
      double other = ValueNoise.octaves(x * 0.6 - y * 0.3, y * 1.4 + x * 0.5, redrawSeed, 2);
      stroke += (other - stroke) * redrawn;
    }
    double shift = (stroke - 0.5) * 0.34;
    double luma = 0.3 * paint.red + 0.59 * paint.green + 0.11 * paint.blue;
    double flat = flatten(luma + shift * 0.6);
    double gain = (flat + 0.06) / (luma + 0.06);
    // Warmer lights, cooler shades, stronger colours.
    double warm = (flat - 0.45) * 0.16;
    paint.red = saturate(paint.red * gain, flat) + warm + shift * 0.12;
    paint.green = saturate(paint.green * gain, flat) + shift * 0.10;
    paint.blue = saturate(paint.blue * gain, flat) - warm + shift * 0.08;
  }

  /** Quantises luma to a few levels with soft steps between them. */
  private static double flatten(double luma) {
    double level = luma * LEVELS;
    double floor = Math.floor(level);
    return (floor + Paint.step(0.5, 0.45, level - floor)) / LEVELS;
  }

  private static double saturate(double channel, double luma) {
    return luma + (channel - luma) * 1.35;
  }
}
