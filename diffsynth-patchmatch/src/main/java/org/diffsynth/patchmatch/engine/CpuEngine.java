package org.diffsynth.patchmatch.engine;

import org.diffsynth.match.QuantizedLatents;

/**
 * How a CPU matcher works: the reference, written to be read, or the fast one. Both give the same
 * bytes. Any number of threads may use one engine.
 */
public interface CpuEngine {

  /**
   * Finds a field from nothing through all levels of the pyramids.
   *
   * @param field where it is written to
   */
  void fresh(
      Pyramid source, Pyramid target, Picture style, int sourceFrame, int targetFrame, int[] field);

  /**
   * Refines a field at full size.
   *
   * @param field what to start from, replaced by the result
   * @param style what is carried and what it is to agree with, or null to match guides alone
   */
  void refine(
      int[] field,
      Pyramid source,
      Pyramid target,
      StylePair style,
      int sourceFrame,
      int targetFrame);

  /** A guide will not be used again: frees what is kept for it. */
  void forget(Pyramid guide);

  /** Carries a picture along a field, with the votes that belong to the options' schedule. */
  void carry(Picture picture, int[] field, Picture out);

  /**
   * Compares patches of two latents' rows with all others; see PatchMatcher.matchLatents.
   *
   * @param top first target row to find matches for, at least a patch's radius from the edge
   * @param bottom the row after the last
   * @param field packed matches, written for interior pixels of those rows
   */
  void matchLatents(
      QuantizedLatents source, QuantizedLatents target, int top, int bottom, int[] field);

  /**
   * Two styles whose difference counts besides that of the guides.
   *
   * @param source over the source's guide
   * @param target over the target's guide
   */
  record StylePair(Picture source, Picture target) {}
}
