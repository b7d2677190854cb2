package org.diffsynth.patchmatch;

/** What {@link StyledCost} defines, given up where the guide alone costs too much. */
final class StyledError extends PatchError {

  private final PatchError guide;
  private final PatchError style;
  private final float guideWeight;
  private int[] styles = {};

  StyledError(PatchError guide, PatchError style, float guideWeight) {
    super(guide.shortestRun());
    this.guide = guide;
    this.style = style;
    this.guideWeight = guideWeight;
  }

  @Override
  int of(int x, int y, int sourceX, int sourceY, int bound) {
    float weighted = guideWeight * (float) guide.of(x, y, sourceX, sourceY, guideBound(bound));
    int bits = Float.floatToRawIntBits(weighted);
    if (bits >= bound) {
      return bits; // a style error can only add to it
    }
    return Float.floatToRawIntBits(
        weighted + (float) style.of(x, y, sourceX, sourceY, Integer.MAX_VALUE));
  }

  /**
   * A guide error that is too much by itself. A little above the quotient, since the product and
   * the conversion to float round: each by at most one part in 2^24.
   */
  private int guideBound(int bound) {
    double quotient = Float.intBitsToFloat(bound) / (double) guideWeight;
    return quotient < Integer.MAX_VALUE / 2 ? (int) (quotient * (1 + 1e-6)) + 2 : Integer.MAX_VALUE;
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
