package org.diffsynth.patchmatch.engine;

import org.diffsynth.match.QuantizedLatents;

/**
 * One way to match and carry on the CPU: the scalar reference, written to be read, or the fast
 * engine. Both give the same bytes. Threads may share an engine.
 */
public interface CpuEngine {

  /**
   * Finds a field through all levels of the pyramids.
   *
   * @param style picture over the source, which the published schedule compares too; null with
   *     another schedule
   * @param field receives the packed result
   */
  void fresh(
      Pyramid source, Pyramid target, Picture style, int sourceFrame, int targetFrame, int[] field);

  /**
   * Refines a field at full size.
   *
   * @param field start of the search, packed; replaced by the result
   * @param style two pictures that are compared besides the guides, or null to match guides alone
   * @param iterations largest number of iterations: the last ones of the schedule; 0 changes
   *     nothing
   * @param probing whether iterations try random candidates
   */
  void refine(
      int[] field,
      Pyramid source,
      Pyramid target,
      StylePair style,
      int sourceFrame,
      int targetFrame,
      int iterations,
      boolean probing);

  /** Frees the data kept for a guide that will not be used again. */
  void forget(Pyramid guide);

  /** Carries a picture along a field, with the votes of the options' schedule, into {@code out}. */
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
   * Two pictures whose difference counts besides that of the guides.
   *
   * @param source picture over the source guide
   * @param target picture over the target guide
   */
  record StylePair(Picture source, Picture target) {}
}
