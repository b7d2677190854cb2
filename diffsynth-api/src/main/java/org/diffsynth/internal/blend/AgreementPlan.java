package org.diffsynth.internal.blend;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.diffsynth.spi.MatchSession.MatchRequest;

/**
 * The default blend: each frame becomes the colours on which the frames of its window agree,
 * averaged along motion with the nearest neighbour frames. It takes as many searches as {@link
 * BalancedPlan}.
 *
 * <p>When frame f arrives, the plan finds the fields from f to the frames before it, each by way of
 * f−1, and keeps them until their target has its window. When frame t has its window, w frames
 * later, the plan finds the fields from the frames before t by way of t−1, which replace those to
 * t−1. So w²/2 + 2w fields and 2w+1 frames are alive.
 */
public final class AgreementPlan implements BlendPlan<AgreementActions> {

  /** Frames on each side that the second pass averages. */
  static final int REACH = 4;

  private final int windowRadius;

  /**
   * Creates a plan of the default blend.
   *
   * @param windowRadius frames on each side of a window, at least 1
   */
  public AgreementPlan(int windowRadius) {
    if (windowRadius < 1) {
      throw new IllegalArgumentException(
          "windowRadius must be at least 1, but was " + windowRadius);
    }
    this.windowRadius = windowRadius;
  }

  @Override
  public void arrive(int frame, AgreementActions actions) throws IOException {
    int target = frame - windowRadius;
    List<MatchRequest> fresh = new ArrayList<>();
    List<MatchRequest> composed = new ArrayList<>();
    if (frame > 0) {
      fresh.add(MatchRequest.fresh(frame, frame - 1));
      for (int other = Math.max(0, frame - windowRadius); other < frame - 1; other++) {
        composed.add(MatchRequest.via(frame, frame - 1, other));
      }
    }
    addPast(target, fresh, composed);
    match(fresh, actions);
    match(composed, actions);
    if (target >= 0) {
      agree(target, frame, actions);
    }
  }

  @Override
  public void end(int frames, AgreementActions actions) throws IOException {
    for (int target = Math.max(0, frames - windowRadius); target < frames; target++) {
      List<MatchRequest> fresh = new ArrayList<>();
      List<MatchRequest> composed = new ArrayList<>();
      addPast(target, fresh, composed);
      match(fresh, actions);
      match(composed, actions);
      agree(target, frames - 1, actions);
    }
    for (int target = Math.max(0, frames - REACH); target < frames; target++) {
      output(target, frames - 1, actions);
    }
  }

  /** Adds the fields from the frames before {@code target} to it. */
  private void addPast(int target, List<MatchRequest> fresh, List<MatchRequest> composed) {
    if (target < 1) {
      return;
    }
    fresh.add(MatchRequest.fresh(target - 1, target));
    for (int other = Math.max(0, target - windowRadius); other < target - 1; other++) {
      composed.add(MatchRequest.via(other, target - 1, target));
    }
  }

  private static void match(List<MatchRequest> batch, AgreementActions actions) {
    if (!batch.isEmpty()) {
      actions.match(batch);
    }
  }

  private void agree(int target, int last, AgreementActions actions) throws IOException {
    int first = Math.max(0, target - windowRadius);
    actions.agree(target, first, last);
    for (int source = target + 1; source <= last; source++) {
      actions.dropField(source, target);
    }
    for (int source = Math.max(0, target - 1 - windowRadius); source < target - 1; source++) {
      actions.dropField(source, target - 1);
    }
    if (target >= REACH) {
      output(target - REACH, target, actions);
    }
    int done = target - Math.max(windowRadius, 2 * REACH);
    if (done >= 0) {
      actions.dropFrame(done);
    }
  }

  private static void output(int target, int last, AgreementActions actions) throws IOException {
    int first = Math.max(0, target - REACH);
    actions.outputSteady(target, first, Math.min(last, target + REACH));
  }
}
