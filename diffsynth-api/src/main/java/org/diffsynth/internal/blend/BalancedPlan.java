package org.diffsynth.internal.blend;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.diffsynth.spi.BlendSession.Remap;

/**
 * Each frame becomes the plain mean of itself and all frames of its window, each carried to it
 * directly. For n frames and a window radius w below n that takes 2nw − w(w+1) remaps.
 *
 * <p>When frame f arrives, the plan finds the fields between f and every earlier frame of the
 * window, in both directions: for f−1 by a fresh search, for the others from the field to f−1
 * composed with the field between f−1 and f. So 2w fields and at most w+1 frames are alive.
 */
public final class BalancedPlan implements BlendPlan<CarryActions> {

  private final int windowRadius;

  /**
   * Creates a plan that carries every frame of a window directly.
   *
   * @param windowRadius frames on each side of a window, at least 0; 0 passes frames on
   */
  public BalancedPlan(int windowRadius) {
    this.windowRadius = windowRadius;
  }

  @Override
  public void arrive(int frame, CarryActions actions) throws IOException {
    int oldest = Math.max(0, frame - windowRadius);
    actions.add(PictureId.style(frame), PictureId.output(frame), 1);
    if (oldest < frame) {
      int previous = frame - 1;
      actions.remap(
          List.of(
              remap(previous, frame, new Remap.Fresh()),
              remap(frame, previous, new Remap.Fresh())));
      List<Remap> further = new ArrayList<>();
      for (int other = oldest; other < previous; other++) {
        further.add(remap(other, frame, new Remap.Via(previous)));
        further.add(remap(frame, other, new Remap.Via(previous)));
      }
      if (!further.isEmpty()) {
        actions.remap(further);
      }
      for (int other = Math.max(0, previous - windowRadius); other < previous; other++) {
        actions.dropField(other, previous);
        actions.dropField(previous, other);
      }
    }
    if (frame >= windowRadius) {
      finish(frame - windowRadius, actions);
    }
  }

  private Remap remap(int source, int target, Remap.Start start) {
    boolean usedLater = windowRadius > 1;
    return new Remap(
        PictureId.style(source), source, target, start, PictureId.output(target), 1, usedLater);
  }

  private static void finish(int frame, CarryActions actions) throws IOException {
    actions.output(frame, PictureId.output(frame));
    actions.dropPicture(PictureId.style(frame));
    actions.dropFrame(frame);
  }

  @Override
  public void end(int frames, CarryActions actions) throws IOException {
    for (int frame = Math.max(0, frames - windowRadius); frame < frames; frame++) {
      finish(frame, actions);
    }
  }
}
