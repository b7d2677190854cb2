package org.diffsynth.video;

/**
 * What is done with interlaced pictures, which hold two moments in their even and odd rows, as in
 * videos of DVD, DV and 1080i cameras. Deinterlacing keeps the number of frames.
 */
public enum Deinterlace {

  /** Pictures that the file marks as interlaced are deinterlaced. This is the default. */
  AUTO,

  /** All pictures are deinterlaced, for files that do not mark their pictures. */
  ON,

  /** Nothing is deinterlaced; moving edges of interlaced pictures show combs. */
  OFF
}
