package org.diffsynth.internal.blend;

import java.io.IOException;

/** Decides, while a run over a part of a clip works, where the part ends. */
@FunctionalInterface
public interface PartEnd {

  /**
   * Returns whether the part ends before a frame, all of whose predecessors are finished. The
   * answer for one frame never changes.
   *
   * @param frame number in the clip
   */
  boolean isBefore(int frame) throws IOException;
}
