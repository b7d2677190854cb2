package org.diffsynth.video;

import org.diffsynth.frame.FrameRate;

/**
 * The places of frames, which have times of their own, among frames of a constant rate: frame
 * {@code i} fills the places from {@code placeOf(i)} to {@code placeOf(i + 1) - 1}.
 */
final class SteadyGrid {

  private final FrameTimes times;
  private final FrameRate rate;

  SteadyGrid(FrameTimes times, FrameRate rate) {
    this.times = times;
    this.rate = rate;
  }

  /** Returns the place that is nearest to the time of a frame; at least 1 from frame 1 on. */
  int placeOf(int frame) {
    long place = Math.round(times.secondsAt(frame) * rate.framesPerSecond() - 1e-6);
    return (int) Math.min(Integer.MAX_VALUE, frame == 0 ? 0 : Math.max(1, place));
  }
}
