package org.diffsynth.video;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.internal.text.Text;
import org.diffsynth.io.FrameFiles;

/**
 * When the frames of a written video are shown.
 *
 * <p>Files with a constant frame rate count frames. Files with a variable one count the ticks of
 * the video that the times come from. AVI can only count frames, so frames are repeated or left
 * out.
 */
final class OutputClock {

  /** GIF counts 1/100 s, and browsers slow down frames that are shorter than 2/100 s. */
  private static final FrameRate FASTEST_GIF = FrameRate.of(50);

  private final FrameTimes times;
  private final SteadyGrid grid;
  private final FrameRate rate;
  private final FrameTimes source;

  private OutputClock(FrameTimes times, SteadyGrid grid, FrameRate rate, FrameTimes source) {
    this.times = times;
    this.grid = grid;
    this.rate = rate;
    this.source = source;
  }

  /**
   * Returns the clock of a file that is written.
   *
   * @param file name of the file, whose extension decides what can be stored
   */
  static OutputClock of(VideoSettings settings, Path file) throws IOException {
    FrameTimes source =
        settings.streams().isPresent() ? timesOf(settings.streams().get().source()) : null;
    FrameTimes times = settings.times().orElse(null);
    if (times == null) {
      boolean isCopy =
          source != null && !source.isConstant() && source.frameRate().equals(settings.frameRate());
      times = isCopy ? source : FrameTimes.constant(settings.frameRate());
    } else if (times.isConstant()) {
      times = times.withRate(settings.frameRate());
    }
    String extension = VideoFiles.extension(file);
    FrameRate steady = times.steadyRate();
    if (extension.equals("gif") && isFaster(steady, FASTEST_GIF)) {
      Notices.warn(
          Text.format(
              "%s: GIF shows at most 50 frames per second, so frames of %s per second are left out",
              file, steady));
      return new OutputClock(times, new SteadyGrid(times, FASTEST_GIF), FASTEST_GIF, source);
    }
    if (extension.equals("avi") && !times.isConstant()) {
      return new OutputClock(times, new SteadyGrid(times, steady), steady, source);
    }
    return new OutputClock(times, null, steady, source);
  }

  private static boolean isFaster(FrameRate rate, FrameRate other) {
    return rate.framesPerSecond() > other.framesPerSecond();
  }

  /** Returns the times of the frames of a file, or null if it is not a video. */
  private static FrameTimes timesOf(Path file) throws IOException {
    if (Files.isDirectory(file) || FrameFiles.isPicture(file)) {
      return null;
    }
    try (VideoInput input = VideoInput.open(file)) {
      if (!input.holdsVideo()) {
        return null;
      }
    }
    return FrameTimes.of(file);
  }

  private boolean isCounting() {
    return grid != null || times.isConstant();
  }

  /** Returns the constant frame rate of the file, or null if each frame has a time of its own. */
  FrameRate constantRate() {
    return isCounting() ? rate : null;
  }

  /** Returns the frame rate that an encoder should expect. */
  FrameRate rate() {
    return rate;
  }

  /** Returns the numerator of the length of a tick in seconds. */
  int tickNumerator() {
    return isCounting() ? rate.denominator() : times.tickNumerator();
  }

  /** Returns the denominator of the length of a tick in seconds. */
  int tickDenominator() {
    return isCounting() ? rate.numerator() : times.tickDenominator();
  }

  /** Returns the number of frames in the file before a frame that is given to the writer. */
  int placeOf(int frame) {
    return grid == null ? frame : grid.placeOf(frame);
  }

  /** Returns the time of a frame in the file, in ticks. */
  long tickAt(int place) {
    return isCounting() ? place : times.tickAt(place);
  }

  /** Returns how long the frame that is shown at a time is shown, in ticks. */
  long durationAt(long tick) {
    return isCounting() ? 1 : times.durationAt(tick);
  }

  /**
   * Returns the time at which a frame is shown, in seconds after the start of the file.
   *
   * @param frame number of a frame that is given to the writer
   */
  double secondsAt(int frame) {
    return lead() + (grid == null ? times.secondsAt(frame) : rate.secondsAt(grid.placeOf(frame)));
  }

  /**
   * Returns when the file starts, in seconds on the clock of the file that sound is copied from, or
   * NaN if that is not a video.
   */
  double origin() {
    return source == null ? Double.NaN : Math.min(source.startWithSound(), start());
  }

  private double start() {
    return times.isOf(source) ? times.start() : source.start();
  }

  /** Returns when the first frame is shown, in seconds after the start of the file. */
  double lead() {
    return source == null ? 0 : start() - origin();
  }

  /** Returns whether frames up to this one, without it, last as long as the source of the sound. */
  boolean isWhole(int frame) {
    if (source == null) {
      return false;
    }
    double end = start() + secondsAt(frame) - lead();
    return end >= source.start() + source.secondsAt(source.count()) - 1.5 / rate.framesPerSecond();
  }
}
