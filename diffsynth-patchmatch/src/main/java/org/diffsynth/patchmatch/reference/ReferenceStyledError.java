package org.diffsynth.patchmatch.reference;

/**
 * {@code guideWeight · guide error + style error}, one float multiply and one float add, each
 * rounded. Floats that are not negative order like their bits, so the bits are the key.
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
