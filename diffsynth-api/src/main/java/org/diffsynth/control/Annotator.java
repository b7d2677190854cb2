package org.diffsynth.control;

import org.diffsynth.frame.Frame;

/**
 * Makes the control picture of a frame: its edges, its depth, or what else a ControlNet was trained
 * on.
 *
 * <p>Called for each frame of the input once, in order, from one thread. An annotator that holds
 * memory between frames belongs to one run.
 */
@FunctionalInterface
public interface Annotator {

  /** The frame is its own control picture, as a tile ControlNet wants it. */
  Annotator IDENTITY = frame -> frame;

  /**
   * The control picture of {@code frame}.
   *
   * @return a picture of the same size, samples in [0, 1] when asked for as float
   */
  Frame annotate(Frame frame);
}
