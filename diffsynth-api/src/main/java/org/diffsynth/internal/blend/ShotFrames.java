package org.diffsynth.internal.blend;

import java.util.HashMap;
import java.util.Map;
import org.diffsynth.internal.shots.Exposure;

/**
 * The frames of one shot that a session knows: a session and its plan count them from 0, without
 * the frames of other shots and without flashes.
 */
final class ShotFrames {

  private final Map<Integer, Entry> entries = new HashMap<>();
  private final int first;
  private int size;

  private record Entry(int inClip, Exposure exposure) {}

  /**
   * Creates an empty list.
   *
   * @param first number in the shot of the first frame that will be added
   */
  ShotFrames(int first) {
    this.first = first;
    this.size = first;
  }

  /** Returns whether no frame was added. */
  boolean isEmpty() {
    return size == first;
  }

  /** Adds the next frame of the shot and returns its number in the shot. */
  int add(int inClip, Exposure exposure) {
    entries.put(size, new Entry(inClip, exposure));
    return size++;
  }

  /** Returns the number of the next frame: that of frames in the shot so far. */
  int size() {
    return size;
  }

  /** Returns the number in the clip of a frame of the shot. */
  int inClip(int frame) {
    return entries.get(frame).inClip;
  }

  /** Returns the brightness of a frame relative to its shot. */
  Exposure exposure(int frame) {
    return entries.get(frame).exposure;
  }

  /** Forgets a frame that the session has dropped. */
  void drop(int frame) {
    entries.remove(frame);
  }
}
