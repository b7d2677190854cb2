package org.diffsynth.patchmatch.engine;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;

/** The tasks of one call of {@link WorkerPool#run}, shared by the threads that work on them. */
final class Batch {

  /** Threads besides the caller that work on the batch; guarded by the lock of the pool. */
  int helping;

  private final Thread caller = Thread.currentThread();
  private final AtomicInteger next = new AtomicInteger();
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private final int count;
  private final IntConsumer task;
  private final Job job;

  /**
   * Creates a batch of the tasks 0 to {@code count} − 1.
   *
   * @param job the job whose work the batch is a part of, or null
   */
  Batch(int count, IntConsumer task, Job job) {
    this.count = count;
    this.task = task;
    this.job = job;
  }

  /** Works on tasks until all have been started. */
  void run() {
    Job before = Job.enter(job);
    try {
      for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
        if (isCancelled()) {
          stop();
          return;
        }
        task.accept(i);
      }
    } catch (Throwable e) { // an Error too must wait until nobody writes any more
      stop();
      if (!failure.compareAndSet(null, e) && failure.get() != e) {
        failure.get().addSuppressed(e);
      }
    } finally {
      Job.enter(before);
    }
  }

  private boolean isCancelled() {
    return caller.isInterrupted() || (job != null && job.group.isClosed());
  }

  /** Lets no further task start. */
  void stop() {
    next.set(count);
  }

  /** Throws the first failure of the batch, if there is one, after all threads have left it. */
  void end() {
    Job.rethrow(failure.get());
    if (isCancelled()) {
      throw WorkerPool.cancelled();
    }
  }
}
