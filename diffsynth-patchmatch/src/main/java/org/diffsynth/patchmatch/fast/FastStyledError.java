package org.diffsynth.patchmatch.fast;

/**
 * The cost of {@link org.diffsynth.patchmatch.reference.ReferenceStyledError}, given up as soon as
 * the guide alone costs too much. Costs are the bits of floats that are not negative, which order
 * like the floats.
 */
final class FastStyledError extends FastPatchError {

  /** A little above 1: more than products and conversions to float round off together. */
  private static final float ABOVE = 1.00001f;

  private static final int LARGEST = Float.floatToRawIntBits(Float.MAX_VALUE);

  private final FastPatchError guide;
  private final FastPatchError style;
  private final float guideWeight;
  private final float perGuideError;
  private int[] styles = {};

  FastStyledError(FastPatchError guide, FastPatchError style, float guideWeight) {
    super(guide.shortestRun());
    this.guide = guide;
    this.style = style;
    this.guideWeight = guideWeight;
    this.perGuideError = ABOVE / guideWeight;
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

  /** Returns a guide error that is too much by itself. */
  private int guideBound(int bound) {
    return (int) (cost(bound) * perGuideError + 2f);
  }

  /** Returns a style error that is too much besides the guide error. */
  private static int styleBound(int bound, float weighted) {
    return (int) ((cost(bound) - weighted) * ABOVE + 2f);
  }

  /** Returns the float of these bits, or the largest float for bits that no float has. */
  private static float cost(int bits) {
    return Float.intBitsToFloat(Math.min(bits, LARGEST));
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
