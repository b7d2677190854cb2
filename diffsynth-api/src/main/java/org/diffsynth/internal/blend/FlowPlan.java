package org.diffsynth.internal.blend;

import java.io.IOException;

/**
 * Each frame becomes the mean of itself and the frames of its window, carried to it along optical
 * flow. When a frame arrives, it and each earlier frame of the window are carried to each other, so
 * each pair is matched once, and w + 1 frames are alive for window radius w.
 */
public final class FlowPlan implements BlendPlan<FlowActions> {

  private final int windowRadius;
  private final PlanStart start;

  /** Creates a plan for a whole shot and windows with the given number of frames on each side. */
  public FlowPlan(int windowRadius) {
    this(windowRadius, PlanStart.OF_SHOT);
  }

  /**
   * Creates a plan for windows with {@code windowRadius} frames on each side.
   *
   * @param start the first frame that arrives is at least {@code windowRadius} frames before the
   *     first that is written, or the first of the shot
   */
  public FlowPlan(int windowRadius, PlanStart start) {
    this.windowRadius = windowRadius;
    this.start = start;
  }

  @Override
  public void arrive(int frame, FlowActions actions) throws IOException {
    int oldest = Math.max(start.arrives(), frame - windowRadius);
    for (int other = oldest; other < frame && frame >= start.writes(); other++) {
      actions.exchange(other, frame);
    }
    if (frame >= start.arrives() + windowRadius) {
      finish(frame - windowRadius, actions);
    }
  }

  @Override
  public void end(int frames, FlowActions actions) throws IOException {
    int unfinished = Math.max(start.arrives(), frames - windowRadius);
    for (int frame = unfinished; frame < frames; frame++) {
      finish(frame, actions);
    }
  }

  private void finish(int frame, FlowActions actions) throws IOException {
    if (frame >= start.writes()) {
      actions.outputMean(frame);
    }
    actions.dropFrame(frame);
  }
}
