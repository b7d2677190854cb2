package org.diffsynth.internal.blend;

import java.time.Duration;
import java.util.Optional;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Monitor.Progress;

/** Turns counts of frames into {@link Progress} with an estimate of the time left. */
final class ProgressClock {

  private final String stage;
  private final long framesTotal;
  private final Monitor monitor;
  private final long startNanos = System.nanoTime();

  ProgressClock(String stage, long framesTotal, Monitor monitor) {
    this.stage = stage;
    this.framesTotal = framesTotal;
    this.monitor = monitor;
  }

  /** Reports progress; reading a frame counts half, because output lags behind by a window. */
  void report(long framesRead, long framesDone) {
    double fraction =
        framesTotal <= 0 ? 0 : Math.min(1, (framesRead + framesDone) / (2.0 * framesTotal));
    monitor.progress(new Progress(stage, fraction, framesDone, framesTotal, timeLeft(fraction)));
  }

  private Optional<Duration> timeLeft(double fraction) {
    if (fraction <= 0) {
      return Optional.empty();
    }
    double elapsed = System.nanoTime() - startNanos;
    return Optional.of(Duration.ofNanos((long) (elapsed * (1 - fraction) / fraction)));
  }
}
