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
  private final int steadyAhead;
  private final DueFrames dueToAgree;
  private final DueFrames dueToOutput;
  private int arrived;
  private int agreed;
  private int written;
  private int dropped;

  /**
   * Creates a plan of the default blend.
   *
   * @param reach frames that are combined, at least 1 in the past
   */
  public AgreementPlan(Reach reach) {
    if (reach.past() < 1) {
      throw new IllegalArgumentException(
          "windowRadius must be at least 1, but was " + reach.past());
    }
    this.windowRadius = reach.past();
    this.steadyAhead = reach.steadyAhead();
    this.dueToAgree = new DueFrames(reach.ahead(), reach.limited());
    this.dueToOutput = new DueFrames(reach.ahead() + steadyAhead, reach.limited());
  }

  @Override
  public void arrive(int frame, AgreementActions actions) throws IOException {
    arrived = frame + 1;
    List<MatchRequest> fresh = new ArrayList<>();
    List<MatchRequest> composed = new ArrayList<>();
    if (frame > agreed) {
      fresh.add(MatchRequest.fresh(frame, frame - 1));
      for (int other = agreed; other < frame - 1; other++) {
        composed.add(MatchRequest.via(frame, frame - 1, other));
      }
    }
    int due = dueToAgree.arrive();
    if (agreed < due) {
      addPast(agreed, fresh, composed);
    }
    match(fresh, actions);
    match(composed, actions);
    if (agreed < due) {
      agree(actions);
    }
    finish(due, dueToOutput.arrive(), actions);
  }

  @Override
  public void skip(AgreementActions actions) throws IOException {
    finish(dueToAgree.skip(), dueToOutput.skip(), actions);
  }

  @Override
  public void end(int frames, AgreementActions actions) throws IOException {
    finish(frames, 0, actions);
    output(frames, actions);
  }

  private void finish(int dueAgreed, int dueWritten, AgreementActions actions) throws IOException {
    while (agreed < dueAgreed) {
      List<MatchRequest> fresh = new ArrayList<>();
      List<MatchRequest> composed = new ArrayList<>();
      addPast(agreed, fresh, composed);
      match(fresh, actions);
      match(composed, actions);
      agree(actions);
    }
    output(dueWritten, actions);
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

  /** Computes the agreed picture of the next frame from the frames that have arrived. */
  private void agree(AgreementActions actions) throws IOException {
    int target = agreed++;
    actions.agree(target, Math.max(0, target - windowRadius), arrived - 1);
    for (int source = target + 1; source < arrived; source++) {
      actions.dropField(source, target);
    }
    for (int source = Math.max(0, target - 1 - windowRadius); source < target - 1; source++) {
      actions.dropField(source, target - 1);
    }
    output(agreed - steadyAhead, actions);
  }

  /** Writes the frames before {@code end} and drops those that are not needed any more. */
  private void output(int end, AgreementActions actions) throws IOException {
    for (; written < end; written++) {
      int last = Math.min(agreed - 1, written + steadyAhead);
      actions.outputSteady(written, Math.max(0, written - REACH), last);
    }
    for (; dropped < Math.min(agreed - windowRadius, written - REACH); dropped++) {
      actions.dropFrame(dropped);
    }
  }
}
