package org.diffsynth.internal.blend;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.diffsynth.spi.BlendSession.Remap;

/**
 * Each frame becomes the mean of all frames of its window after these have been aligned to a common
 * picture. The first round matches by the guides alone; its mean is the picture with which the
 * second round compares the carried styles, and the second mean serves the third round.
 *
 * <p>A mean is always over the whole window, so results do not depend on batches. The fields of one
 * target are alive at a time.
 */
public final class AccuratePlan implements BlendPlan<CarryActions> {

  /** Rounds that align to the mean of the round before. */
  private static final int ROUNDS = 2;

  private final int windowRadius;
  private final DueFrames due;
  private int arrived;
  private int finished;

  /**
   * Creates a plan that aligns the frames of each window before it computes their mean.
   *
   * @param reach frames that are combined; a reach of 0 passes frames on
   */
  public AccuratePlan(Reach reach) {
    this.windowRadius = reach.past();
    this.due = new DueFrames(reach.ahead(), reach.limited());
  }

  @Override
  public void arrive(int frame, CarryActions actions) throws IOException {
    arrived = frame + 1;
    finishUpTo(due.arrive(), actions);
  }

  @Override
  public void skip(CarryActions actions) throws IOException {
    finishUpTo(due.skip(), actions);
  }

  @Override
  public void end(int frames, CarryActions actions) throws IOException {
    finishUpTo(frames, actions);
  }

  private void finishUpTo(int end, CarryActions actions) throws IOException {
    for (; finished < end; finished++) {
      finish(finished, arrived - 1, actions);
    }
  }

  private void finish(int frame, int last, CarryActions actions) throws IOException {
    int first = Math.max(0, frame - windowRadius);
    long output = PictureId.output(frame);
    if (last > first) {
      for (int round = 0; round <= ROUNDS; round++) {
        Remap.Start start =
            round == 0 ? new Remap.Fresh() : new Remap.AlignTo(PictureId.mean(frame, round - 1));
        long sum = round == ROUNDS ? output : PictureId.mean(frame, round);
        List<Remap> remaps = new ArrayList<>();
        for (int source = first; source <= last; source++) {
          if (source != frame) {
            remaps.add(
                new Remap(PictureId.style(source), source, frame, start, sum, 1, round < ROUNDS));
          }
        }
        actions.remap(remaps);
        actions.add(PictureId.style(frame), sum, 1);
        if (round < ROUNDS) {
          actions.finish(sum, sum);
        }
        if (round > 0) {
          actions.dropPicture(PictureId.mean(frame, round - 1));
        }
      }
      for (int source = first; source <= last; source++) {
        actions.dropField(source, frame);
      }
    } else {
      actions.add(PictureId.style(frame), output, 1);
    }
    actions.output(frame, output);
    if (frame >= windowRadius) {
      actions.dropFrame(frame - windowRadius);
      actions.dropPicture(PictureId.style(frame - windowRadius));
    }
  }
}
