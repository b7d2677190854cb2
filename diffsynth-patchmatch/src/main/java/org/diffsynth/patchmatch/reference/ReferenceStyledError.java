package org.diffsynth.patchmatch.reference;

/**
 * Computes the cost {@code guideWeight · guide error + style error}, with one float multiplication
 * and one float addition, each rounded. The bits of floats that are not negative order like the
 * floats, so the cost is returned as bits.
 */
public record ReferenceStyledError(
    ReferenceGuideError guide, ReferenceGuideError style, float guideWeight)
    implements ReferencePatchError {

  @Override
  public int of(int x, int y, int sourceX, int sourceY) {
    float weighted = guideWeight * (float) guide.of(x, y, sourceX, sourceY);
    return Float.floatToRawIntBits(weighted + (float) style.of(x, y, sourceX, sourceY));
  }
}
