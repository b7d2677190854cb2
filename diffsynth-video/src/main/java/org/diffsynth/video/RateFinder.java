package org.diffsynth.video;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.global.avformat;
import org.diffsynth.frame.FrameRate;

/**
 * Finds the constant frame rate that all frames of a file follow, if there is one.
 *
 * <p>A frame may be up to half a frame away from its place, because containers round times: WebM to
 * 1/1000 s, GIF to 1/100 s.
 */
final class RateFinder {

  /** 2997/100 is 30000/1001, but 30.02 is not 30, and 24 is not 24000/1001. */
  private static final double SAME_RATE = 2e-4;

  private final long[] ticks;
  private final double tick;
  private final double average;

  /**
   * Creates a finder for the frames of a file.
   *
   * @param ticks increasing times of the frames
   * @param end time in ticks at which the last frame ends
   * @param tick length of a tick in seconds
   */
  RateFinder(long[] ticks, long end, double tick) {
    this.ticks = ticks;
    this.tick = tick;
    this.average = ticks.length / Math.max(1e-9, (end - ticks[0]) * tick);
  }

  /** Returns the frame rates that a file states, the most reliable one first. */
  static List<FrameRate> stated(VideoInput input, AVStream stream) {
    List<FrameRate> stated = new ArrayList<>();
    try (var guess = avformat.av_guess_frame_rate(input.context(), stream, null)) {
      stated.add(Ffmpeg.rate(guess));
    }
    stated.add(Ffmpeg.rate(stream.avg_frame_rate()));
    stated.add(Ffmpeg.rate(stream.r_frame_rate()));
    stated.removeIf(rate -> rate == null);
    return stated;
  }

  /**
   * Returns the first of the stated rates, or the measured one, that all frames follow, or null.
   */
  FrameRate constant(List<FrameRate> stated) {
    List<FrameRate> candidates = new ArrayList<>();
    stated.forEach(rate -> candidates.add(UsualRates.snapped(rate, SAME_RATE)));
    if (ticks.length > 1) {
      double length = (ticks[ticks.length - 1] - ticks[0]) * tick;
      double measured = (ticks.length - 1) / Math.max(1e-9, length);
      double rounding = 1.5 * tick / Math.max(1e-9, length);
      candidates.add(
          UsualRates.snapped(UsualRates.ofDouble(measured), Math.max(SAME_RATE, rounding)));
    }
    for (FrameRate candidate : candidates) {
      if (follows(candidate)) {
        return candidate;
      }
    }
    return null;
  }

  private boolean follows(FrameRate candidate) {
    for (int i = 1; i < ticks.length; i++) {
      double place = (ticks[i] - ticks[0]) * tick * candidate.framesPerSecond();
      if (Math.abs(place - i) > 0.5) {
        return false;
      }
    }
    return true;
  }

  /** Returns the number of frames divided by the length of the video. */
  FrameRate average() {
    return UsualRates.ofDouble(average);
  }
}
