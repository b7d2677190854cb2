package org.diffsynth.internal.blend;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.diffsynth.spi.Remap;

/**
 * Each frame becomes the plain mean of itself and of all frames within the window, each carried to
 * it directly: 2nw − w(w+1) remaps for n &gt; w frames.
 *
 * <p>When frame f arrives, the fields between it and every earlier frame of the window are found at
 * once, in both directions: f−1 from nothing, the others by composing the field to f−1 with the one
 * between f−1 and f. So 2w fields are alive, and never more than w+1 frames.
 */
public final class BalancedPlan implements BlendPlan {

  private final int windowRadius;

  /** With a window of {@code windowRadius} frames on each side, at least 0. */
  public BalancedPlan(int windowRadius) {
    this.windowRadius = windowRadius;
  }

  @Override
  public void arrive(int frame, Consumer<BlendStep> steps) {
    int oldest = Math.max(0, frame - windowRadius);
    steps.accept(new BlendStep.Add(PictureId.style(frame), PictureId.output(frame), 1));
    if (oldest < frame) {
      int previous = frame - 1;
      steps.accept(
          new BlendStep.RemapBatch(
              List.of(
                  remap(previous, frame, new Remap.Fresh()),
                  remap(frame, previous, new Remap.Fresh()))));
      List<Remap> further = new ArrayList<>();
      for (int other = oldest; other < previous; other++) {
        further.add(remap(other, frame, new Remap.Via(previous)));
        further.add(remap(frame, other, new Remap.Via(previous)));
      }
      if (!further.isEmpty()) {
        steps.accept(new BlendStep.RemapBatch(further));
      }
      for (int other = Math.max(0, previous - windowRadius); other < previous; other++) {
        steps.accept(new BlendStep.DropField(other, previous));
        steps.accept(new BlendStep.DropField(previous, other));
      }
    }
    if (frame >= windowRadius) {
      finish(frame - windowRadius, steps);
    }
  }

  private Remap remap(int source, int target, Remap.Start start) {
    boolean usedLater = windowRadius > 1;
    return new Remap(
        PictureId.style(source), source, target, start, PictureId.output(target), 1, usedLater);
  }

  private static void finish(int frame, Consumer<BlendStep> steps) {
    steps.accept(new BlendStep.Output(frame, PictureId.output(frame)));
    steps.accept(new BlendStep.DropPicture(PictureId.style(frame)));
    steps.accept(new BlendStep.DropGuide(frame));
  }

  @Override
  public void end(int frames, Consumer<BlendStep> steps) {
    for (int frame = Math.max(0, frames - windowRadius); frame < frames; frame++) {
      finish(frame, steps);
    }
  }
}
