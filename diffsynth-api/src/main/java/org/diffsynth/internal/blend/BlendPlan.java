package org.diffsynth.internal.blend;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * What is remapped to whom with which weight, as instructions that follow the frames as they
 * arrive. It sees frame numbers only, so a plan can be counted and checked without a picture.
 *
 * <p>The caller has put guide and picture of a frame into the session, under {@link
 * PictureId#style}, before it announces the frame.
 */
public interface BlendPlan {

  /** The next frame has arrived; frames arrive in order from 0. */
  void arrive(int frame, Consumer<BlendStep> steps);

  /** No more frames follow; there were {@code frames}. */
  void end(int frames, Consumer<BlendStep> steps);

  /** All steps for a clip of known length. */
  default List<BlendStep> steps(int frames) {
    List<BlendStep> steps = new ArrayList<>();
    for (int frame = 0; frame < frames; frame++) {
      arrive(frame, steps::add);
    }
    end(frames, steps::add);
    return steps;
  }
}
