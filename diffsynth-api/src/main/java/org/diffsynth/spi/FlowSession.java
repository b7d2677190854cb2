package org.diffsynth.spi;

import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.frame.Frame;

/**
 * Averages pictures along dense optical flow, for one run over frames of one size. Only one thread
 * at a time may call a session.
 *
 * <p>A picture is carried to another frame where the flow of the guides leads, read between its
 * pixels, and only where it is visible: where the flow there and the flow back lead to within about
 * a pixel of the start. The sums are exact integers, so results do not depend on the order of calls
 * or on threads.
 *
 * @see <a href="https://arxiv.org/abs/1603.03590">Kroeger et al. 2016, Fast Optical Flow using
 *     Dense Inverse Search</a>
 * @see <a href="https://doi.org/10.1007/978-3-642-15549-9_32">Sundaram, Brox and Keutzer 2010,
 *     Dense Point Trajectories by GPU-Accelerated Large Displacement Optical Flow, section 3
 *     (forward and backward flow)</a>
 */
public interface FlowSession extends AutoCloseable {

  /**
   * Opens a session of the engine that {@code compute} names, or, where that engine has none, of
   * the fastest provider that offers {@link PatchMatcherProvider#openFlow}. The results are the
   * same bytes.
   *
   * @return the session, which the caller closes
   * @throws IllegalArgumentException if no engine has that name
   * @throws IllegalStateException if the engine cannot run here, or no provider can compute flow
   */
  static FlowSession open(ComputeOptions compute, int width, int height) {
    return PatchMatchers.openFlow(compute, width, height);
  }

  /**
   * Keeps the guide of a frame, along which pictures move.
   *
   * @throws IllegalArgumentException if the guide has another size than the session
   */
  void putGuide(int frame, Frame guide);

  /**
   * Keeps the picture of a frame, and begins its mean with it.
   *
   * @throws IllegalArgumentException if the style has another size than the session
   */
  void putStyle(int frame, Frame style);

  /**
   * Finds the flow between two guides in both directions, carries the picture of each frame to the
   * other, and adds it to the mean there, where it is visible.
   *
   * @throws IllegalStateException if a guide or style is missing
   * @throws java.util.concurrent.CancellationException if the calling thread is interrupted
   */
  void exchange(int first, int second);

  /**
   * Returns the rounded mean of a frame and all that was carried to it, 16 bits a sample.
   *
   * @throws IllegalStateException if the style of the frame is missing
   */
  Frame mean(int frame);

  /** Frees guide, style and mean of a frame. */
  void dropFrame(int frame);

  /** Frees everything that the session holds. A second call does nothing. */
  @Override
  void close();
}
