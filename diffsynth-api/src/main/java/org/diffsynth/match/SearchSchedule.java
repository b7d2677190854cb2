package org.diffsynth.match;

/** The order in which PatchMatch tries candidates on each pyramid level. */
public enum SearchSchedule {

  /**
   * Sweeps over rows and columns, on the guides alone. Each line sees the matches that the line
   * before has just found, so a good match crosses the whole picture in one sweep. This is the
   * default and the recommended schedule.
   */
  SWEEP,

  /**
   * The schedule published with FastBlend: all pixels try their four neighbours' matches at the
   * same time, in random order, and a fixed probe radius; the style picture is carried in each
   * iteration and compared besides the guides. It is slower and less exact, and exists for
   * comparisons.
   */
  PUBLISHED
}
