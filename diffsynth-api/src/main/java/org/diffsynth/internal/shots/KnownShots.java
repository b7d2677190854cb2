package org.diffsynth.internal.shots;

import java.util.List;
import org.diffsynth.internal.shots.ShotAnalysis.Kind;
import org.diffsynth.internal.shots.ShotAnalysis.ShotFrame;

/**
 * What an analysis has found out about every frame of a clip, so that a run over a part of the clip
 * treats each frame as a run over the whole clip does. A frame that is marked as a flash is left
 * out of the blend.
 */
public final class KnownShots {

  private final List<ShotFrame> frames;

  /**
   * Creates the list of a clip.
   *
   * @param frames what is known about each frame, in order; the first one starts a shot
   */
  public KnownShots(List<ShotFrame> frames) {
    this.frames = List.copyOf(frames);
    if (!frames.isEmpty() && frames.get(0).kind() != Kind.STARTS) {
      throw new IllegalArgumentException(
          "the first frame must start a shot, but was " + frames.get(0).kind());
    }
  }

  /** Returns the number of frames of the clip. */
  public int size() {
    return frames.size();
  }

  /** Returns what is known about a frame of the clip. */
  public ShotFrame frame(int inClip) {
    return frames.get(inClip);
  }

  /** Returns whether a frame of the clip starts a shot. */
  public boolean isStart(int inClip) {
    return frames.get(inClip).kind() == Kind.STARTS;
  }

  /** Returns the first frame of the shot that a frame belongs to. */
  public int shotStart(int inClip) {
    int start = inClip;
    while (!isStart(start)) {
      start--;
    }
    return start;
  }

  /** Returns the frame after the last one of the shot that a frame belongs to. */
  public int shotEnd(int inClip) {
    int end = inClip + 1;
    while (end < frames.size() && !isStart(end)) {
      end++;
    }
    return end;
  }

  /** Returns how many frames of its shot are blended before a frame. */
  public int inShot(int inClip) {
    int count = 0;
    for (int frame = shotStart(inClip); frame < inClip; frame++) {
      count += isBlended(frame) ? 1 : 0;
    }
    return count;
  }

  /**
   * Returns the frame that has {@code count} blended frames of its shot between itself, included,
   * and a later frame, excluded; the first frame of the shot if it has fewer.
   */
  public int before(int inClip, int count) {
    int first = inClip;
    for (int found = 0; found < count && !isStart(first); ) {
      first--;
      found += isBlended(first) ? 1 : 0;
    }
    return first;
  }

  private boolean isBlended(int inClip) {
    return frames.get(inClip).kind() != Kind.FLASH;
  }
}
