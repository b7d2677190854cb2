package org.diffsynth.spi;

import org.diffsynth.frame.Frame;

/**
 * Derives a guide from a flickering video that has none: pictures that show the motion of the video
 * and hardly flicker. A session sees the frames of one shot, in order, counted from 0.
 *
 * <p>The guide depends on the frames only, never on the engine or its threads. A frame's guide
 * depends on the {@link #delay} frames after it and on no more frames before it, as far as the shot
 * has them. So a session that begins inside of a shot, and counts from 0 there, returns the guides
 * of the whole shot, except for its first {@code delay} frames.
 */
public interface GuideSession extends AutoCloseable {

  /**
   * Opens a session by the fastest provider that offers {@link PatchMatcherProvider#openGuide}.
   *
   * @param width columns of the frames
   * @param height rows of the frames
   * @param threads number of threads to work with on the CPU, at least 1
   * @return the session, which the caller closes
   * @throws IllegalStateException if no provider can derive guides, with the remedy
   */
  static GuideSession open(int width, int height, int threads) {
    return PatchMatchers.openGuide(width, height, threads);
  }

  /** Returns the number of frames after a frame on which the guide of the frame depends. */
  int delay();

  /**
   * Adds the next frame of the shot.
   *
   * @throws IllegalArgumentException if {@code frame} is not the next one
   */
  void putStyle(int frame, Frame style);

  /**
   * Returns the guide of a frame, 16 bits a sample. Call this method in order, at most once for
   * each frame, when {@link #delay} more frames were added or the shot has ended. The session then
   * frees what no later guide needs.
   *
   * @throws IllegalStateException if the frame was not added
   */
  Frame guide(int frame);

  /** Frees all frames of this session. A second call does nothing. */
  @Override
  void close();
}
