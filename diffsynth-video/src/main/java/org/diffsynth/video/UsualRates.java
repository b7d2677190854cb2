package org.diffsynth.video;

import java.util.Arrays;
import org.diffsynth.frame.FrameRate;

/** Frame rates that cameras, films and screens use. */
final class UsualRates {

  private static final FrameRate[] RATES = {
    new FrameRate(24000, 1001),
    FrameRate.of(24),
    FrameRate.of(25),
    new FrameRate(30000, 1001),
    FrameRate.of(30),
    FrameRate.of(50),
    new FrameRate(60000, 1001),
    FrameRate.of(60),
    FrameRate.of(10),
    FrameRate.of(12),
    new FrameRate(25, 2),
    FrameRate.of(15),
    FrameRate.of(20),
    FrameRate.of(100),
    new FrameRate(120000, 1001),
    FrameRate.of(120),
    FrameRate.of(240)
  };

  private static final int HIGHEST = 240;

  private UsualRates() {}

  /** Returns the usual rate within a relative distance of a rate, or the rate itself. */
  static FrameRate snapped(FrameRate rate, double tolerance) {
    FrameRate nearest = nearest(rate.framesPerSecond());
    return distance(nearest, rate.framesPerSecond()) <= tolerance ? nearest : rate;
  }

  private static FrameRate nearest(double framesPerSecond) {
    FrameRate best = RATES[0];
    for (FrameRate candidate : RATES) {
      if (distance(candidate, framesPerSecond) < distance(best, framesPerSecond)) {
        best = candidate;
      }
    }
    return best;
  }

  private static double distance(FrameRate rate, double framesPerSecond) {
    return Math.abs(Math.log(rate.framesPerSecond() / framesPerSecond));
  }

  /** Returns a rate with three decimals. */
  static FrameRate ofDouble(double framesPerSecond) {
    long thousandths = Math.round(framesPerSecond * 1000);
    return new FrameRate((int) Math.min(Integer.MAX_VALUE, Math.max(1, thousandths)), 1000);
  }

  /**
   * Returns the constant rate for frames of a variable one: the usual rate that is nearest to the
   * median distance of two frames, or to the average if that is higher. At the average alone, a
   * screen recording with pauses would lose frames where something moves.
   *
   * @param ticks increasing times of the frames
   * @param tick length of a tick in seconds
   */
  static FrameRate steady(long[] ticks, double tick, FrameRate average) {
    if (ticks.length < 2) {
      return average;
    }
    long[] gaps = new long[ticks.length - 1];
    for (int i = 0; i < gaps.length; i++) {
      gaps[i] = ticks[i + 1] - ticks[i];
    }
    Arrays.sort(gaps);
    long median = Math.max(1, gaps[gaps.length / 2]);
    // Times are rounded, so the mean of the gaps near the median is more exact.
    double typical =
        Arrays.stream(gaps)
            .filter(gap -> Math.abs(gap - median) <= median * 0.25)
            .average()
            .orElse(median);
    double wanted = Math.min(HIGHEST, Math.max(1 / (typical * tick), average.framesPerSecond()));
    return wanted < 22 ? snapped(ofDouble(wanted), 0.02) : nearest(wanted);
  }
}
