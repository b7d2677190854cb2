package org.diffsynth.internal.blend;

import java.io.IOException;

/**
 * Each frame becomes the mean of itself and the frames of its window, carried to it along optical
 * flow. When a frame arrives, it and each earlier frame of the window are carried to each other, so
 * each pair is matched once, and w + 1 frames are alive for window radius w.
 */
public final class FlowPlan implements BlendPlan<FlowActions> {

  private final int windowRadius;

  /** Creates a plan for windows with {@code windowRadius} frames on each side. */
  public FlowPlan(int windowRadius) {
    this.windowRadius = windowRadius;
  }

  @Override
  public void arrive(int frame, FlowActions actions) throws IOException {
    for (int other = Math.max(0, frame - windowRadius); other < frame; other++) {
      actions.exchange(other, frame);
    }
    if (frame >= windowRadius) {
      finish(frame - windowRadius, actions);
    }
  }

  @Override
  public void end(int frames, FlowActions actions) throws IOException {
    for (int frame = Math.max(0, frames - windowRadius); frame < frames; frame++) {
      finish(frame, actions);
    }
  }

  private static void finish(int frame, FlowActions actions) throws IOException {
    actions.outputMean(frame);
    actions.dropFrame(frame);
  }
}
