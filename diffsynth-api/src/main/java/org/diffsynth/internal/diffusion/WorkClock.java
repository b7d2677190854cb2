package org.diffsynth.internal.diffusion;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Monitor.Progress;

/**
 * Counts the work of a run and guesses the time left: what is left of each kind of work times what
 * a unit of it has taken so far. A kind not yet measured is guessed from a UNet row.
 */
final class WorkClock {

  /** A kind of work, counted in frames, and how it compares to one row through the UNet. */
  enum Work {
    PREDICT(1),
    ENCODE(0.5),
    DECODE(1),
    DEFLICKER(0.5);

    private final double weight;

    Work(double weight) {
      this.weight = weight;
    }
  }

  private static final class Tally {
    private long planned;
    private long done;
    private long nanos;
  }

  private final Monitor monitor;
  private final Map<Work, Tally> tallies = new EnumMap<>(Work.class);
  private double fraction;

  WorkClock(Monitor monitor) {
    this.monitor = monitor;
    for (Work work : Work.values()) {
      tallies.put(work, new Tally());
    }
  }

  void plan(Work work, long units) {
    tallies.get(work).planned += units;
  }

  void done(Work work, long units, long nanos) {
    Tally tally = tallies.get(work);
    tally.done += units;
    tally.nanos += nanos;
  }

  /** Time spent on all work so far. */
  long nanos() {
    return tallies.values().stream().mapToLong(tally -> tally.nanos).sum();
  }

  /** Tells the monitor; the share of work done never falls. */
  void report(String stage, long framesDone, long framesTotal) {
    double done = 0;
    double planned = 0;
    for (Map.Entry<Work, Tally> entry : tallies.entrySet()) {
      double weight = entry.getKey().weight;
      planned += weight * entry.getValue().planned;
      done += weight * Math.min(entry.getValue().done, entry.getValue().planned);
    }
    fraction = Math.max(fraction, planned == 0 ? 0 : done / planned);
    monitor.progress(new Progress(stage, fraction, framesDone, framesTotal, timeLeft()));
  }

  private Optional<Duration> timeLeft() {
    Tally rows = tallies.get(Work.PREDICT);
    if (rows.done == 0) {
      return Optional.empty();
    }
    double perRow = (double) rows.nanos / rows.done;
    double left = 0;
    for (Map.Entry<Work, Tally> entry : tallies.entrySet()) {
      Tally tally = entry.getValue();
      double perUnit =
          tally.done > 0 ? (double) tally.nanos / tally.done : perRow * entry.getKey().weight;
      left += perUnit * Math.max(0, tally.planned - tally.done);
    }
    return Optional.of(Duration.ofNanos((long) left));
  }
}
