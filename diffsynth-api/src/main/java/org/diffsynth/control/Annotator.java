package org.diffsynth.control;

import java.util.Objects;
import java.util.function.Supplier;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Video;

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

  /**
   * Returns an annotator that returns existing control pictures one after the other, whatever the
   * frames show: depth or normals from a renderer, edges drawn by hand, poses drawn by {@code
   * PoseDrawing}. Each picture is scaled to the size of its frame.
   *
   * <p>{@link #annotate} throws an IllegalArgumentException if there are fewer pictures than
   * frames, or if the proportions of a picture differ from those of its frame by more than a tenth
   * and more than rounding both sides to multiples of 64 explains.
   */
  static Annotator ofVideo(Video pictures) {
    return ControlVideoAnnotator.of(pictures);
  }

  /**
   * Returns an annotator as {@link #ofVideo} does, which reads one picture at a time. It can be
   * used in one run only. The caller closes the source after the run. A picture that cannot be read
   * causes an {@link java.io.UncheckedIOException}.
   */
  static Annotator ofSource(FrameSource pictures) {
    return ControlVideoAnnotator.of(pictures);
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

  /**
   * Creates annotators that need no model. {@link java.util.ServiceLoader} finds implementations;
   * the module {@code diffsynth-control} has the built-in ones.
   */
  interface Provider {

    /** Returns whether this provider has an annotator for the given signal. */
    boolean supports(ControlSignal signal);

    /**
     * Returns a new annotator for the given signal, without memory of earlier frames.
     *
     * @throws IllegalArgumentException if the signal is not supported
     */
    Annotator create(ControlSignal signal);
  }
}
