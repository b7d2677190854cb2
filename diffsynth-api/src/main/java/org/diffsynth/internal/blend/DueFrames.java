package org.diffsynth.internal.blend;

import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Counts the frames of a shot that must be finished, because the frames for which they wait have
 * arrived or because they may not wait longer.
 */
final class DueFrames {

  private final int wait;
  private final boolean countsSkipped;
  private final Queue<Integer> arrivals = new ArrayDeque<>();
  private int time;
  private int due;

  /**
   * Creates a count.
   *
   * @param wait frames that arrive after a frame before the frame is due
   * @param countsSkipped whether frames of the clip that do not belong to the shot count as well
   * @param first number of the first frame that arrives
   */
  DueFrames(int wait, boolean countsSkipped, int first) {
    this.wait = wait;
    this.countsSkipped = countsSkipped;
    this.due = first;
  }

  /** Counts the next frame of the shot, and returns how many frames are due. */
  int arrive() {
    arrivals.add(time);
    return advance();
  }

  /** Counts a frame that takes no part in the shot, and returns how many frames are due. */
  int skip() {
    return countsSkipped ? advance() : due;
  }

  private int advance() {
    for (; !arrivals.isEmpty() && arrivals.peek() + wait <= time; due++) {
      arrivals.remove();
    }
    time++;
    return due;
  }
}
