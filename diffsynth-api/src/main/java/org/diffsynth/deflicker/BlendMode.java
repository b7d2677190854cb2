package org.diffsynth.deflicker;

/** How {@link PatchBlending} combines the frames of a window. */
public enum BlendMode {

  /**
   * Takes what the frames of a window agree on instead of their mean, and then smooths along smooth
   * motion. The default: keeps fine detail, leaves out outliers and wrong correspondences, and
   * never blends across a shot cut. Finds as many correspondences as {@link #BALANCED}; combining
   * the frames takes about as much time again.
   */
  SHARP,

  /**
   * Averages in a tree of blends: O(n log n) remaps for n frames, for any window. For long clips
   * and large windows. A pixel may be carried twice, which makes the result slightly softer.
   */
  FAST,

  /** Carries every frame of the window directly to the target and averages: O(n·w) remaps. */
  BALANCED,

  /**
   * Works like {@link #BALANCED}, and aligns the frames of a window to their common mean in two
   * more rounds. Measured at 11 times the time of {@code BALANCED}. For styles whose texture moves
   * by itself.
   */
  ACCURATE
}
