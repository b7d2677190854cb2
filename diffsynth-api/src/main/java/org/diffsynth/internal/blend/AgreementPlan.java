package org.diffsynth.internal.blend;

import java.io.IOException;

/**
 * The default blend: each frame becomes the colours on which the frames of its window agree,
 * averaged along motion with the nearest neighbour frames. {@link WindowFields} says which fields
 * that takes; 2w+1 frames are alive for w frames on each side.
 */
public final class AgreementPlan implements BlendPlan<AgreementActions> {

  /** Frames on each side that the second pass averages. */
  static final int REACH = 4;

  private final int windowRadius;
  private final WindowFields fields;
  private final int steadyAhead;
  private final int firstAgreed;
  private final DueFrames dueToAgree;
  private final DueFrames dueToOutput;
  private int arrived;
  private int agreed;
  private int written;
  private int dropped;

  /**
   * Creates a plan of the default blend for a whole shot.
   *
   * @param reach frames that are combined, at least 1 in the past
   */
  public AgreementPlan(Reach reach) {
    this(reach, PlanStart.OF_SHOT);
  }

  /**
   * Creates a plan of the default blend.
   *
   * @param reach frames that are combined, at least 1 in the past
   * @param start the first frame that arrives is at least {@link #halo} frames before the first
   *     that is written, or the first of the shot
   */
  public AgreementPlan(Reach reach, PlanStart start) {
    if (reach.past() < 1) {
      throw new IllegalArgumentException(
          "windowRadius must be at least 1, but was " + reach.past());
    }
    this.windowRadius = reach.past();
    this.fields = new WindowFields(windowRadius, start.arrives());
    this.steadyAhead = reach.steadyAhead();
    this.dueToAgree = new DueFrames(reach.ahead(), reach.limited(), start.arrives());
    this.dueToOutput = new DueFrames(reach.ahead() + steadyAhead, reach.limited(), start.arrives());
    this.arrived = start.arrives();
    this.agreed = Math.max(start.arrives(), start.writes() - REACH);
    this.written = start.writes();
    this.dropped = start.arrives();
    this.firstAgreed = agreed;
  }

  /** Returns the number of frames before a finished frame on which it depends. */
  public static int halo(Reach reach) {
    return reach.past() + REACH;
  }

  @Override
  public void arrive(int frame, AgreementActions actions) throws IOException {
    arrived = frame + 1;
    WindowFields.Batches batches = new WindowFields.Batches();
    if (frame < firstAgreed) {
      fields.addNearBefore(frame, batches); // they lead to anchors
    }
    fields.addArrived(frame, agreed, batches);
    int due = dueToAgree.arrive();
    if (agreed < due) {
      fields.addWindow(agreed, frame, batches);
    }
    batches.match(actions);
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
      WindowFields.Batches batches = new WindowFields.Batches();
      fields.addWindow(agreed, arrived - 1, batches);
      batches.match(actions);
      agree(actions);
    }
    output(dueWritten, actions);
  }

  /** Computes the agreed picture of the next frame from the frames that have arrived. */
  private void agree(AgreementActions actions) throws IOException {
    int target = agreed++;
    actions.agree(target, Math.max(0, target - windowRadius), arrived - 1);
    fields.dropAgreed(target, arrived - 1, actions);
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
