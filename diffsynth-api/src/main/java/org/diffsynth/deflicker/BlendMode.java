package org.diffsynth.deflicker;

/** How the frames of a window are brought together. */
public enum BlendMode {

  /**
   * What the frames of a window agree on, instead of their mean, steadied along smooth motion. The
   * default: it keeps fine detail, leaves outliers and bad matches out and never blends across a
   * shot cut. As many matches as {@link #BALANCED}, and about as much work again for blending.
   */
  SHARP,

  /**
   * A tree of blends: O(n log n) remaps, whatever the window. For long clips and wide windows; a
   * pixel may be carried twice, which softens a little more.
   */
  FAST,

  /** Every frame of the window is carried to the target directly: O(n·w) remaps. */
  BALANCED,

  /**
   * As {@link #BALANCED}, and the frames of a window are aligned to their common mean in two more
   * rounds: about four times the work. For styles whose texture wanders.
   */
  ACCURATE
}
