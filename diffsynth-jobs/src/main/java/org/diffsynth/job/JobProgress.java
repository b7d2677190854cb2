package org.diffsynth.job;

import java.time.Duration;
import java.util.Optional;
import org.diffsynth.frame.Monitor;

/** Turns the frames of one run into the progress of the whole job. */
final class JobProgress implements Monitor {

  private final String stage;
  private final int total;
  private final Monitor monitor;
  private final int before;
  private final long start = System.nanoTime();
  private int done;

  JobProgress(String stage, int total, int before, Monitor monitor) {
    this.stage = stage;
    this.total = total;
    this.before = before;
    this.done = before;
    this.monitor = monitor;
  }

  @Override
  public boolean isCancelled() {
    return monitor.isCancelled();
  }

  void frameDone() {
    done = Math.min(total, done + 1);
    long nanos = (System.nanoTime() - start) / Math.max(1, done - before) * (total - done);
    monitor.progress(
        new Progress(
            stage, done / (double) total, done, total, Optional.of(Duration.ofNanos(nanos))));
  }
}
