package org.diffsynth.match;

/** The order in which PatchMatch tries candidates on each pyramid level. */
public enum SearchSchedule {

  /**
   * Directional sweeps, each of which sees what it has just found, on the guide alone. The default:
   * a good match crosses the whole picture in one sweep.
   */
  SWEEP,

  /**
   * The schedule published with FastBlend: all pixels at once, one step a try, four tries in random
   * order, a fixed probe radius, and the style picture voted anew in each iteration. Slower and
   * less exact; kept so that results can be compared.
   */
  PUBLISHED
}
