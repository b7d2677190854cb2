package org.diffsynth.internal.blend;

import java.io.IOException;
import org.diffsynth.internal.shots.KnownShots;
import org.diffsynth.internal.text.Text;

/**
 * The part of a clip that a run computes.
 *
 * @param shots what is known about all frames of the clip
 * @param firstRead first frame that the run reads, in the shot of the first frame that it writes
 * @param firstWritten first frame that the run writes
 */
record ClipPart(KnownShots shots, int firstRead, int firstWritten) {

  /** Returns the first frame of the shot in which the part begins. */
  int shotStart() {
    return shots.shotStart(firstRead);
  }

  /** Returns where the plan of that shot begins. */
  PlanStart start() {
    return new PlanStart(shots.inShot(firstRead), shots.inShot(firstWritten));
  }

  /** Checks that the sources had all frames of the clip. */
  void checkWhole(int frames) throws IOException {
    if (frames != shots.size()) {
      throw new IOException(
          Text.format(
              "the video has ended after %d frames, but had %d when its shots were found",
              frames, shots.size()));
    }
  }
}
