package org.diffsynth.spark;

import org.apache.spark.TaskContext;
import org.apache.spark.util.LongAccumulator;
import org.diffsynth.frame.Monitor;

/** Counts the frames of a job in an accumulator, and cancels the work when Spark kills the task. */
final class TaskMonitor implements Monitor {

  private final TaskContext context;
  private final LongAccumulator frames;
  private final String uncounted;
  private long last = -1;

  /**
   * Creates a monitor of the task that runs on this thread.
   *
   * @param uncounted stage of the work whose frames do not count
   */
  TaskMonitor(TaskContext context, LongAccumulator frames, String uncounted) {
    this.context = context;
    this.frames = frames;
    this.uncounted = uncounted;
  }

  @Override
  public synchronized void progress(Progress progress) {
    if (!progress.stage().equals(uncounted) && progress.framesDone() != last) {
      last = progress.framesDone(); // frames of other tasks may lie in between
      frames.add(1);
    }
  }

  @Override
  public boolean isCancelled() {
    return context.isInterrupted() || Thread.currentThread().isInterrupted();
  }
}
