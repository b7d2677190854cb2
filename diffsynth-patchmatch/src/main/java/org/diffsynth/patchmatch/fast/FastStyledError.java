package org.diffsynth.patchmatch.fast;

/**
 * The cost of {@link org.diffsynth.patchmatch.reference.ReferenceStyledError}, given up as soon as
 * the guide alone costs too much. Costs are the bits of floats that are not negative, which order
 * like the floats.
 */
final class FastStyledError extends FastPatchError {

  private final FastPatchError guide;
  private final FastPatchError style;
  private final float guideWeight;
  private final double perGuideError;
  private int[] styles = {};

  FastStyledError(FastPatchError guide, FastPatchError style, float guideWeight) {
    super(guide.shortestRun());
    this.guide = guide;
    this.style = style;
    this.guideWeight = guideWeight;
    this.perGuideError = 1.0 / guideWeight;
  }

  @Override
  int of(int x, int y, int sourceX, int sourceY, int bound) {
    float weighted = guideWeight * (float) guide.of(x, y, sourceX, sourceY, guideBound(bound));
    int bits = Float.floatToRawIntBits(weighted);
    if (bits >= bound) {
      return bits; // a style error can only add to it
    }
    int styleError = style.of(x, y, sourceX, sourceY, styleBound(bound, weighted));
    return Float.floatToRawIntBits(weighted + (float) styleError);
  }

  /**
   * Returns a guide error that is too much by itself. It lies a little above the quotient, because
   * the product and the conversion to float each round by up to one part in 2^24.
   */
  private int guideBound(int bound) {
    return justAbove(Float.intBitsToFloat(bound) * perGuideError);
  }

  /** Returns a style error that is too much besides the guide error; its conversion may round. */
  private static int styleBound(int bound, float weighted) {
    return justAbove(Float.intBitsToFloat(bound) - (double) weighted);
  }

  private static int justAbove(double error) {
    return error < Integer.MAX_VALUE / 2 ? (int) (error * (1 + 1e-6)) + 2 : Integer.MAX_VALUE;
  }

  @Override
  void run(int x, int y, int sourceX, int sourceY, int length, int[] costs) {
    guide.run(x, y, sourceX, sourceY, length, costs);
    if (styles.length < length) {
      styles = new int[length];
    }
    style.run(x, y, sourceX, sourceY, length, styles);
    for (int i = 0; i < length; i++) {
      costs[i] = Float.floatToRawIntBits(guideWeight * (float) costs[i] + (float) styles[i]);
    }
  }
}
