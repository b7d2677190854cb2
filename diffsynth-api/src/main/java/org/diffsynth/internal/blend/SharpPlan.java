package org.diffsynth.internal.blend;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.diffsynth.spi.Remap;

/**
 * Each frame becomes what the frames of its window agree on, steadied with its nearest neighbours:
 * as many matches as {@link BalancedPlan} has remaps.
 *
 * <p>When frame f arrives, the fields from it to the frames before it are found, each by way of
 * f−1, and kept until their target has its window. When frame t has it, w frames later, the fields
 * from the frames before t are found by way of t−1, and replace those to t−1. So w²/2 + 2w fields
 * are alive, and 2w+1 frames.
 */
public final class SharpPlan implements BlendPlan {

  /** Frames on each side that the second pass averages. */
  static final int REACH = 4;

  private final int windowRadius;

  /** With a window of {@code windowRadius} frames on each side, at least 0; 0 changes nothing. */
  public SharpPlan(int windowRadius) {
    this.windowRadius = windowRadius;
  }

  /** Whether it computes on frames and fields, and has no picture carried. */
  boolean blends() {
    return windowRadius > 0;
  }

  @Override
  public void arrive(int frame, Consumer<BlendStep> steps) {
    if (windowRadius == 0) {
      passOn(frame, steps);
      return;
    }
    int target = frame - windowRadius;
    List<Remap> fresh = new ArrayList<>();
    List<Remap> further = new ArrayList<>();
    if (frame > 0) {
      fresh.add(match(frame, frame - 1, new Remap.Fresh()));
      for (int other = Math.max(0, frame - windowRadius); other < frame - 1; other++) {
        further.add(match(frame, other, new Remap.Via(frame - 1)));
      }
    }
    matchPast(target, fresh, further);
    send(fresh, steps);
    send(further, steps);
    if (frame > 0) {
      steps.accept(new BlendStep.LookForCut(frame));
    }
    if (target >= 0) {
      agree(target, frame, steps);
    }
  }

  @Override
  public void end(int frames, Consumer<BlendStep> steps) {
    if (windowRadius == 0) {
      return;
    }
    for (int target = Math.max(0, frames - windowRadius); target < frames; target++) {
      List<Remap> fresh = new ArrayList<>();
      List<Remap> further = new ArrayList<>();
      matchPast(target, fresh, further);
      send(fresh, steps);
      send(further, steps);
      agree(target, frames - 1, steps);
    }
    for (int target = Math.max(0, frames - REACH); target < frames; target++) {
      output(target, frames - 1, steps);
    }
  }

  private static void passOn(int frame, Consumer<BlendStep> steps) {
    steps.accept(new BlendStep.Add(PictureId.style(frame), PictureId.output(frame), 1));
    steps.accept(new BlendStep.Output(frame, PictureId.output(frame)));
    steps.accept(new BlendStep.DropGuide(frame));
    steps.accept(new BlendStep.DropPicture(PictureId.style(frame)));
  }

  /** The fields from the frames before {@code target} to it. */
  private void matchPast(int target, List<Remap> fresh, List<Remap> further) {
    if (target < 1) {
      return;
    }
    fresh.add(match(target - 1, target, new Remap.Fresh()));
    for (int other = Math.max(0, target - windowRadius); other < target - 1; other++) {
      further.add(match(other, target, new Remap.Via(target - 1)));
    }
  }

  private static Remap match(int source, int target, Remap.Start start) {
    return Remap.match(PictureId.style(source), source, target, start);
  }

  private static void send(List<Remap> remaps, Consumer<BlendStep> steps) {
    if (!remaps.isEmpty()) {
      steps.accept(new BlendStep.RemapBatch(remaps));
    }
  }

  private void agree(int target, int last, Consumer<BlendStep> steps) {
    int first = Math.max(0, target - windowRadius);
    steps.accept(new BlendStep.Agree(target, first, last));
    for (int source = target + 1; source <= last; source++) {
      steps.accept(new BlendStep.DropField(source, target));
    }
    for (int source = Math.max(0, target - 1 - windowRadius); source < target - 1; source++) {
      steps.accept(new BlendStep.DropField(source, target - 1));
    }
    if (target >= REACH) {
      output(target - REACH, target, steps);
    }
    int done = target - Math.max(windowRadius, 2 * REACH);
    if (done >= 0) {
      steps.accept(new BlendStep.DropGuide(done));
      steps.accept(new BlendStep.DropPicture(PictureId.style(done)));
    }
  }

  private static void output(int target, int last, Consumer<BlendStep> steps) {
    int first = Math.max(0, target - REACH);
    steps.accept(new BlendStep.OutputSteady(target, first, Math.min(last, target + REACH)));
  }
}
