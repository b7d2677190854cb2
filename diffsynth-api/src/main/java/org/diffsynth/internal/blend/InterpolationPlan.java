package org.diffsynth.internal.blend;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.diffsynth.spi.BlendSession.Remap;

/**
 * Each frame between two key frames becomes their mean, weighted by distance in time, with each key
 * carried to it directly. Frames before the first or after the last key come from that key alone,
 * and a key frame stays unchanged. The plan is for one shot; without a key in the shot, its frames
 * are those of the guide.
 *
 * <p>That takes two remaps for a frame between keys and one for a frame outside. The guides from
 * one key to the next are alive.
 */
public final class InterpolationPlan implements BlendPlan<CarryActions> {

  private static final int NONE = -1;

  /** Frames that are computed together; the number changes nothing but the order of work. */
  private static final int CHUNK = 16;

  private final SortedSet<Integer> keys;
  private final int firstWritten;
  private int lastKey = NONE;
  private int finished;

  /**
   * Creates a plan that computes the frames of a whole shot between the given key frames.
   *
   * @param keys numbers of the key frames; those beyond the end of the shot play no part
   */
  public InterpolationPlan(SortedSet<Integer> keys) {
    this(keys, PlanStart.OF_SHOT);
  }

  /**
   * Creates a plan that computes the frames between the given key frames.
   *
   * @param keys numbers of the key frames; those beyond the end of the shot play no part
   * @param start the first frame that arrives is the last key at or before the first frame that is
   *     written, if there is such a key
   */
  public InterpolationPlan(SortedSet<Integer> keys, PlanStart start) {
    this.keys = new TreeSet<>(keys);
    this.firstWritten = start.writes();
    this.finished = firstWritten;
  }

  @Override
  public void arrive(int frame, CarryActions actions) throws IOException {
    if (keys.contains(frame)) {
      mix(frame, frame, actions);
      if (frame >= finished) {
        actions.outputKey(frame);
        finished = frame + 1;
      }
      if (lastKey != NONE) {
        actions.dropFrame(lastKey);
        actions.dropPicture(PictureId.style(lastKey));
      }
      lastKey = frame;
    } else if (frame < firstWritten) {
      actions.dropFrame(frame);
    } else if (keys.isEmpty() || frame > keys.last()) {
      mix(NONE, frame + 1, actions);
    }
  }

  @Override
  public void end(int frames, CarryActions actions) throws IOException {
    mix(NONE, frames, actions);
  }

  /** Finishes the frames before {@code end} from the last key and {@code nextKey}, if any. */
  private void mix(int nextKey, int end, CarryActions actions) throws IOException {
    if (lastKey == NONE && nextKey == NONE) {
      for (; finished < end; finished++) {
        actions.outputGuide(finished);
        actions.dropFrame(finished);
      }
      return;
    }
    while (finished < end) {
      mixChunk(nextKey, Math.min(end, finished + CHUNK), actions);
    }
  }

  private void mixChunk(int nextKey, int end, CarryActions actions) throws IOException {
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
    actions.remap(remaps);
    for (; finished < end; finished++) {
      actions.output(finished, PictureId.output(finished));
      actions.dropFrame(finished);
    }
  }
}
