package org.diffsynth.internal.blend;

import java.io.IOException;

/**
 * Decides, as frames arrive, which frames are matched and which pictures are carried and blended
 * with which weight. A plan sees frame numbers only, so tests count and check it without a picture.
 *
 * <p>Before the caller announces a frame, it has put the frame's guide and style into the session;
 * in a carrying session the style is the picture {@link PictureId#style}.
 *
 * @param <A> what the plan asks of a session
 */
public interface BlendPlan<A extends BlendActions> {

  /** Acts on the next frame; frames arrive in order from 0. */
  void arrive(int frame, A actions) throws IOException;

  /**
   * Acts on a frame of the clip that takes no part in the blend, such as a flash: where the delay
   * is limited, the frames that may not wait longer are finished.
   */
  default void skip(A actions) throws IOException {}

  /** Acts on the end of the clip, which had {@code frames} frames. */
  void end(int frames, A actions) throws IOException;
}
