package org.diffsynth.internal.diffusion;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Monitor.Phase;
import org.diffsynth.frame.Monitor.Progress;

/**
 * Counts the work of a run and estimates the time left. The time left of each kind of work is its
 * remaining units times the average time of a unit so far. A kind that was not yet measured is
 * estimated from the time of one row through the UNet.
 */
final class ProgressEstimate {

  /** A kind of work, counted in frames, with its cost relative to one row through the UNet. */
  enum Work {
    PREDICT(1),
    ENCODE(0.5),
    DECODE(1),
    LOOP_ENCODE(0.5),
    LOOP_DECODE(1),
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

  ProgressEstimate(Monitor monitor) {
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

  /** Returns the time spent on all work so far, in nanoseconds. */
  long nanos() {
    return tallies.values().stream().mapToLong(tally -> tally.nanos).sum();
  }

  /** Reports to the monitor. The reported share of the work never decreases. */
  void report(Phase phase, String stage, long framesDone, long framesTotal) {
    double done = 0;
    double planned = 0;
    for (Map.Entry<Work, Tally> entry : tallies.entrySet()) {
      double weight = entry.getKey().weight;
      planned += weight * entry.getValue().planned;
      done += weight * Math.min(entry.getValue().done, entry.getValue().planned);
    }
    fraction = Math.max(fraction, planned == 0 ? 0 : done / planned);
    monitor.progress(new Progress(phase, stage, fraction, framesDone, framesTotal, timeLeft()));
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
