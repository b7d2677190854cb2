package org.diffsynth.internal.blend;

import java.io.IOException;

/** Actions that {@link FlowPlan} requests from a {@link org.diffsynth.spi.FlowSession}. */
public interface FlowActions extends BlendActions {

  /** Carries the pictures of two frames to each other. */
  void exchange(int first, int second);

  /** Writes the mean of a frame and all that was carried to it as the finished frame. */
  void outputMean(int frame) throws IOException;
}
