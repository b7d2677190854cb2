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
  private final PlanStart start;
  private final DueFrames due;
  private int arrived;
  private int finished;
  private int dropped;

  /**
   * Creates a plan that carries every frame of a window directly, for a whole shot.
   *
   * @param reach frames that are combined; a reach of 0 passes frames on
   */
  public BalancedPlan(Reach reach) {
    this(reach, PlanStart.OF_SHOT);
  }

  /**
   * Creates a plan that carries every frame of a window directly.
   *
   * @param reach frames that are combined; a reach of 0 passes frames on
   * @param start the first frame that arrives is at least {@code reach.past()} frames before the
   *     first that is written, or the first of the shot
   */
  public BalancedPlan(Reach reach, PlanStart start) {
    this.windowRadius = reach.past();
    this.start = start;
    this.due = new DueFrames(reach.ahead(), reach.limited(), start.arrives());
    this.arrived = start.arrives();
    this.finished = start.writes();
    this.dropped = start.arrives();
  }

  @Override
  public void arrive(int frame, CarryActions actions) throws IOException {
    arrived = frame + 1;
    int oldest = Math.max(start.arrives(), frame - windowRadius);
    actions.add(PictureId.style(frame), PictureId.output(frame), 1);
    if (oldest < frame) {
      int previous = frame - 1;
      List<Remap> nearest = new ArrayList<>();
      addBoth(frame, previous, new Remap.Fresh(), nearest);
      actions.remap(nearest);
      List<Remap> further = new ArrayList<>();
      for (int other = oldest; other < previous; other++) {
        addBoth(frame, other, new Remap.Via(previous), further);
      }
      if (!further.isEmpty()) {
        actions.remap(further);
      }
      int oldestOfPrevious = Math.max(start.arrives(), previous - windowRadius);
      for (int other = oldestOfPrevious; other < previous; other++) {
        actions.dropField(other, previous);
        actions.dropField(previous, other);
      }
    }
    if (frame < start.writes()) { // only its fields are needed, to reach later frames
      actions.finish(PictureId.output(frame), PictureId.output(frame));
      actions.dropPicture(PictureId.output(frame));
    }
    finishUpTo(due.arrive(), actions);
  }

  /** Adds the remap from an earlier frame, and the one back to it unless it is finished. */
  private void addBoth(int frame, int earlier, Remap.Start start, List<Remap> batch) {
    batch.add(remap(earlier, frame, start));
    if (earlier >= finished) {
      batch.add(remap(frame, earlier, start));
    }
  }

  private Remap remap(int source, int target, Remap.Start start) {
    boolean usedLater = windowRadius > 1;
    return new Remap(
        PictureId.style(source), source, target, start, PictureId.output(target), 1, usedLater);
  }

  private void finishUpTo(int end, CarryActions actions) throws IOException {
    for (; finished < end; finished++) {
      actions.output(finished, PictureId.output(finished));
    }
    for (; dropped < finished && dropped < arrived - windowRadius; dropped++) {
      actions.dropPicture(PictureId.style(dropped));
      actions.dropFrame(dropped);
    }
  }

  @Override
  public void skip(CarryActions actions) throws IOException {
    finishUpTo(due.skip(), actions);
  }

  @Override
  public void end(int frames, CarryActions actions) throws IOException {
    finishUpTo(frames, actions);
  }
}
