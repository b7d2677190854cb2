package org.diffsynth.patchmatch.flow;

/**
 * How {@link DenseInverseSearch} searches.
 *
 * @param stride distance between neighbouring patches in pixels, at least 1; smaller is denser and
 *     slower
 * @param steps most steps of a patch on one level
 * @param smallestStep a patch stops after a step shorter than this, in pixels
 * @param worseSteps number of first steps that may raise the error of a patch; 0 stops at the first
 *     step that does not lower it
 * @param limitFromStart whether a patch may move 8 pixels from where it started on the level;
 *     otherwise it may move 8 pixels from its best place so far
 * @param neighbourStarts whether a patch also tries the places that the patches to the left of it
 *     and above it have found; these searches run in reading order on one thread
 * @param coarsestSide the shorter side of the coarsest level is at least this, in pixels
 * @param interpolation how values between pixels are rounded
 */
public record FlowOptions(
    int stride,
    int steps,
    float smallestStep,
    int worseSteps,
    boolean limitFromStart,
    boolean neighbourStarts,
    int coarsestSide,
    Interpolation interpolation) {

  /**
   * Options for steadying: fast, and free of an order between patches, so that threads may share
   * them.
   */
  public static final FlowOptions STEADYING =
      new FlowOptions(4, 10, 0.01f, 0, true, false, 16, Interpolation.DIFFERENCES);

  /** Options for quality measures: denser and more thorough than {@link #STEADYING}. */
  public static final FlowOptions MEASURING =
      new FlowOptions(3, 25, 0.02f, 3, false, true, 24, Interpolation.WEIGHTS);
}
