package org.diffsynth.patchmatch;

/**
 * How a CPU matcher works: the reference, written to be read, or the fast one. Both give the same
 * bytes. Any number of threads may use one engine.
 */
interface CpuEngine {

  /** The field from nothing through all levels of the pyramids; the array is the caller's. */
  int[] fresh(Pyramid source, Pyramid target, Picture style, int sourceFrame, int targetFrame);

  /**
   * A field refined at full size.
   *
   * @param start the field to start from; not changed
   * @param style what is carried and what it is to agree with, or null to match guides alone
   */
  int[] refine(
      int[] start,
      Pyramid source,
      Pyramid target,
      StylePair style,
      int sourceFrame,
      int targetFrame);

  /** Carries a picture along a field, with the votes that belong to the options' schedule. */
  void carry(Picture picture, int[] field, Picture out);

  /**
   * Two styles whose difference counts besides that of the guides.
   *
   * @param source over the source's guide
   * @param target over the target's guide
   */
  record StylePair(Picture source, Picture target) {}
}
