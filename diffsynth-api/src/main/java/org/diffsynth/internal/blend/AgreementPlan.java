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
    this.fields = new WindowFields(windowRadius);
  }

  @Override
  public void arrive(int frame, AgreementActions actions) throws IOException {
    int target = frame - windowRadius;
    WindowFields.Batches batches = new WindowFields.Batches();
    fields.addArrived(frame, Math.max(0, target), batches);
    if (target >= 0) {
      fields.addWindow(target, frame, batches);
    }
    batches.match(actions);
    if (target >= 0) {
      agree(target, frame, actions);
    }
  }

  @Override
  public void end(int frames, AgreementActions actions) throws IOException {
    for (int target = Math.max(0, frames - windowRadius); target < frames; target++) {
      WindowFields.Batches batches = new WindowFields.Batches();
      fields.addWindow(target, frames - 1, batches);
      batches.match(actions);
      agree(target, frames - 1, actions);
    }
    for (int target = Math.max(0, frames - REACH); target < frames; target++) {
      output(target, frames - 1, actions);
    }
  }

  private void agree(int target, int last, AgreementActions actions) throws IOException {
    int first = Math.max(0, target - windowRadius);
    actions.agree(target, first, last);
    fields.dropAgreed(target, last, actions);
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
