package org.diffsynth.video;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.diffsynth.frame.FrameRate;

/**
 * When each frame of a video is shown. Most videos have a constant frame rate. Phones, browsers and
 * screen recorders write a variable one: every frame has a time of its own.
 *
 * <p>A video that is written with the times of another ({@link VideoSettings#withTimes}) shows each
 * frame when the other video shows it, so that the sound stays in place. Immutable.
 */
public final class FrameTimes {

  private static final long[] NO_TICKS = new long[0];

  private final FrameRate rate;
  private final boolean constant;
  private final long[] ticks;
  private final long end;
  private final int tickNumerator;
  private final int tickDenominator;
  private final double start;
  private final double soundStart;
  private final int leftOut;
  private final Object file;

  private FrameTimes(
      FrameRate rate,
      boolean constant,
      long[] ticks,
      long end,
      int tickNumerator,
      int tickDenominator,
      double start,
      double soundStart,
      int leftOut,
      Object file) {
    this.rate = rate;
    this.constant = constant;
    this.ticks = ticks;
    this.end = end;
    this.tickNumerator = tickNumerator;
    this.tickDenominator = tickDenominator;
    this.start = start;
    this.soundStart = soundStart;
    this.leftOut = leftOut;
    this.file = file;
  }

  /**
   * Scans the packets of a video file without decoding more than its first frames.
   *
   * @throws IOException naming the file if it is not a video, holds no frames, or is truncated
   */
  public static FrameTimes of(Path file) throws IOException {
    return PacketScan.of(file).times();
  }

  /** Returns the times of a video of any length with the given constant frame rate. */
  public static FrameTimes constant(FrameRate rate) {
    return new FrameTimes(
        rate, true, NO_TICKS, 0, rate.denominator(), rate.numerator(), 0, Double.NaN, 0, null);
  }

  /**
   * Creates the times of a file.
   *
   * @param ticks increasing times of the frames, which this object keeps; the first is the start
   * @param end time in ticks at which the last frame ends
   * @param tickNumerator length of a tick in seconds, as a fraction
   * @param soundStart time at which the sound of the file starts, in seconds, or NaN without sound
   * @param leftOut number of frames before the first that cannot be decoded
   * @param file the file
   */
  static FrameTimes of(
      FrameRate rate,
      boolean constant,
      long[] ticks,
      long end,
      int tickNumerator,
      int tickDenominator,
      double soundStart,
      int leftOut,
      Path file) {
    double start = ticks[0] * (double) tickNumerator / tickDenominator;
    long[] relative = Arrays.stream(ticks).map(tick -> tick - ticks[0]).toArray();
    return new FrameTimes(
        rate,
        constant,
        relative,
        end - ticks[0],
        tickNumerator,
        tickDenominator,
        start,
        soundStart,
        leftOut,
        file);
  }

  /** Returns these times with another constant rate, if they are constant. */
  FrameTimes withRate(FrameRate newRate) {
    return new FrameTimes(
        newRate,
        constant,
        ticks,
        end,
        tickNumerator,
        tickDenominator,
        start,
        soundStart,
        leftOut,
        file);
  }

  /** Returns whether these are the times of a file that other times are from, too. */
  boolean isOf(FrameTimes other) {
    return file != null && file.equals(other.file);
  }

  /** Returns the number of frames, or 0 if the times do not belong to a video. */
  public int count() {
    return ticks.length;
  }

  /** Returns whether all frames are as far apart as the frame rate says. */
  public boolean isConstant() {
    return constant;
  }

  /** Returns the constant frame rate, or the average of a variable one. */
  public FrameRate frameRate() {
    return rate;
  }

  /**
   * Returns a constant frame rate that suits the video: its own if that is constant, and otherwise
   * the usual rate (such as 25, 30000/1001 or 60) that is nearest to the distance between most of
   * its frames.
   */
  public FrameRate steadyRate() {
    return constant ? rate : UsualRates.steady(ticks, tickSeconds(), rate);
  }

  /**
   * Returns when a frame is shown, in seconds after the first frame. Frames after the last one
   * follow at the frame rate.
   *
   * @param frame number of the frame, counted from 0
   */
  public double secondsAt(int frame) {
    if (constant) {
      return rate.secondsAt(frame);
    }
    return frame < ticks.length
        ? ticks[frame] * tickSeconds()
        : end * tickSeconds() + rate.secondsAt(frame - ticks.length);
  }

  /**
   * Returns the number of frames at the start of the file that cannot be decoded, because the file
   * was cut out of a longer one without its key frame. They are not among the frames of the video.
   */
  public int leftOut() {
    return leftOut;
  }

  /**
   * Returns the times of the frames from the given one on.
   *
   * @param first number of the frame that becomes the first, counted from 0
   */
  public FrameTimes startingAt(int first) {
    if (first < 0 || first >= ticks.length) {
      throw new IllegalArgumentException(
          "first must be in [0, " + ticks.length + "), but was " + first);
    }
    return new FrameTimes(
        rate,
        constant,
        Arrays.stream(ticks).skip(first).map(tick -> tick - ticks[first]).toArray(),
        end - ticks[first],
        tickNumerator,
        tickDenominator,
        start + ticks[first] * tickSeconds(),
        soundStart,
        leftOut,
        file);
  }

  /** Returns the length of the frames before the first that can be decoded, in seconds. */
  double leftOutSeconds() {
    return rate.secondsAt(leftOut);
  }

  private double tickSeconds() {
    return (double) tickNumerator / tickDenominator;
  }

  int tickNumerator() {
    return tickNumerator;
  }

  int tickDenominator() {
    return tickDenominator;
  }

  /** Returns the time of a frame in ticks after the first frame. */
  long tickAt(long frame) {
    return frame < ticks.length
        ? ticks[(int) frame]
        : end + Math.round(rate.secondsAt(frame - ticks.length) / tickSeconds());
  }

  /** Returns how long a frame that is shown at a time is shown, in ticks. */
  long durationAt(long tick) {
    int frame = Arrays.binarySearch(ticks, tick);
    long next = frame < 0 ? tick : tickAt(frame + 1L);
    return next > tick ? next - tick : Math.max(1, Math.round(rate.secondsAt(1) / tickSeconds()));
  }

  /** Returns when the first frame is shown, in seconds on the clock of the file. */
  double start() {
    return start;
  }

  /**
   * Returns when the file starts, in seconds on its own clock: with its first frame, or with its
   * sound if that is earlier.
   */
  double startWithSound() {
    return soundStart < start ? soundStart : start;
  }
}
