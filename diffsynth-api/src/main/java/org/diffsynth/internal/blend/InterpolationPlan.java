package org.diffsynth.internal.blend;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.diffsynth.spi.Remap;

/**
 * Each frame between two key frames becomes their mix by distance, each key carried to it directly;
 * frames before the first or after the last key come from that one alone. A key frame is not
 * touched.
 *
 * <p>Two remaps a frame between keys, one outside. The guides from one key to the next are alive.
 */
public final class InterpolationPlan implements BlendPlan {

  private static final int NONE = -1;

  private final SortedSet<Integer> keys;
  private int lastKey = NONE;
  private int finished;

  /** With these frames as keys, at least one. */
  public InterpolationPlan(SortedSet<Integer> keys) {
    this.keys = new TreeSet<>(keys);
  }

  @Override
  public void arrive(int frame, Consumer<BlendStep> steps) {
    if (keys.contains(frame)) {
      mix(frame, frame, steps);
      steps.accept(new BlendStep.OutputKey(frame));
      finished = frame + 1;
      if (lastKey != NONE) {
        steps.accept(new BlendStep.DropGuide(lastKey));
        steps.accept(new BlendStep.DropPicture(PictureId.style(lastKey)));
      }
      lastKey = frame;
    } else if (frame > keys.last()) {
      mix(NONE, frame + 1, steps);
    }
  }

  @Override
  public void end(int frames, Consumer<BlendStep> steps) {
    // The last key has arrived, so everything after it is finished.
  }

  /**
   * Finishes the frames before {@code end} from the last key and {@code nextKey}, where there are.
   */
  private void mix(int nextKey, int end, Consumer<BlendStep> steps) {
    List<Remap> remaps = new ArrayList<>();
    for (int frame = finished; frame < end; frame++) {
      long sum = PictureId.output(frame);
      boolean between = lastKey != NONE && nextKey != NONE;
      if (lastKey != NONE) {
        int weight = between ? nextKey - frame : 1;
        remaps.add(Remap.fresh(PictureId.style(lastKey), lastKey, frame, sum, weight));
      }
      if (nextKey != NONE) {
        int weight = between ? frame - lastKey : 1;
        remaps.add(Remap.fresh(PictureId.style(nextKey), nextKey, frame, sum, weight));
      }
    }
    if (!remaps.isEmpty()) {
      steps.accept(new BlendStep.RemapBatch(remaps));
    }
    for (; finished < end; finished++) {
      steps.accept(new BlendStep.Output(finished, PictureId.output(finished)));
      steps.accept(new BlendStep.DropGuide(finished));
    }
  }
}
