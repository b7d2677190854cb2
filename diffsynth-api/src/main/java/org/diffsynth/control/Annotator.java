package org.diffsynth.control;

import java.util.Objects;
import java.util.function.Supplier;
import org.diffsynth.frame.Frame;

/**
 * Makes the control picture of a frame, such as its edges or its depth, in the form that a
 * ControlNet was trained on.
 *
 * <p>A render calls {@link #forRun} once and then {@link #annotate} for each frame of the input in
 * order, from one thread. An annotator that remembers something from frame to frame must override
 * {@code forRun}, so that each render starts without that memory and gives the same frames.
 */
@FunctionalInterface
public interface Annotator {

  /** Returns each frame unchanged, which is what a tile ControlNet expects. */
  Annotator IDENTITY = frame -> frame;

  /**
   * Returns the control picture of {@code frame}.
   *
   * @return a picture of the frame's size; samples are in [0, 1] when read as float
   */
  Frame annotate(Frame frame);

  /**
   * Returns an annotator for one run, without memory of frames seen before. The default
   * implementation returns this annotator, which is right if each control picture depends on its
   * frame only.
   */
  default Annotator forRun() {
    return this;
  }

  /** Returns an annotator that gets a new annotator from {@code factory} for each run. */
  static Annotator newForEachRun(Supplier<? extends Annotator> factory) {
    Objects.requireNonNull(factory, "factory");
    return new Annotator() {
      private Annotator own;

      @Override
      public Frame annotate(Frame frame) {
        if (own == null) {
          own = factory.get();
        }
        return own.annotate(frame);
      }

      @Override
      public Annotator forRun() {
        return factory.get();
      }
    };
  }
}
