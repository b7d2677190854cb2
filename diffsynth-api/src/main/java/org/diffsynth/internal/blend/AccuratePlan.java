package org.diffsynth.internal.blend;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.diffsynth.spi.Remap;

/**
 * Each frame becomes the mean of all frames of its window after these have been aligned to one
 * common picture: the mean of a first round, in which every frame is matched by guide alone, is
 * what the carried styles of the next round are compared with.
 *
 * <p>The mean is always that of the whole window, so the result does not depend on how remaps are
 * batched. The fields of one target are alive at a time.
 */
public final class AccuratePlan implements BlendPlan {

  private static final int ROUNDS = 2;

  private final int windowRadius;

  /** With a window of {@code windowRadius} frames on each side, at least 0. */
  public AccuratePlan(int windowRadius) {
    this.windowRadius = windowRadius;
  }

  @Override
  public void arrive(int frame, Consumer<BlendStep> steps) {
    if (frame >= windowRadius) {
      finish(frame - windowRadius, frame, steps);
    }
  }

  @Override
  public void end(int frames, Consumer<BlendStep> steps) {
    for (int frame = Math.max(0, frames - windowRadius); frame < frames; frame++) {
      finish(frame, frames - 1, steps);
    }
  }

  private void finish(int frame, int last, Consumer<BlendStep> steps) {
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
        steps.accept(new BlendStep.RemapBatch(remaps));
        steps.accept(new BlendStep.Add(PictureId.style(frame), sum, 1));
        if (round < ROUNDS) {
          steps.accept(new BlendStep.Finish(sum, sum));
        }
        if (round > 0) {
          steps.accept(new BlendStep.DropPicture(PictureId.mean(frame, round - 1)));
        }
      }
      for (int source = first; source <= last; source++) {
        steps.accept(new BlendStep.DropField(source, frame));
      }
    } else {
      steps.accept(new BlendStep.Add(PictureId.style(frame), output, 1));
    }
    steps.accept(new BlendStep.Output(frame, output));
    if (frame >= windowRadius) {
      steps.accept(new BlendStep.DropGuide(frame - windowRadius));
      steps.accept(new BlendStep.DropPicture(PictureId.style(frame - windowRadius)));
    }
  }
}
