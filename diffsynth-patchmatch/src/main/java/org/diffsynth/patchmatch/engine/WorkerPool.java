package org.diffsynth.patchmatch.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;

/**
 * A fixed number of threads for two kinds of work, the calling thread among them.
 *
 * <ul>
 *   <li>A <b>batch</b> ({@link #run}, {@link #runRows}) is a number of short tasks. The caller
 *       works on it until it is done, and threads that are free help. A task of a batch, or a job,
 *       may run a batch itself.
 *   <li>A <b>job</b> ({@link JobGroup#make}) runs at some time after the jobs whose results it
 *       reads. So stages of neighbouring frames overlap: where one stage has too few tasks for all
 *       threads, the others work on the next stage. A caller that waits for a job works on jobs
 *       meanwhile.
 * </ul>
 *
 * <p>Free threads help with batches first, because these are parts of work that has begun, and then
 * start jobs in the order in which they became ready, urgent ones first. A pool of one thread runs
 * each job at once on the calling thread.
 *
 * <p>A batch ends for its caller only when no thread works on it any more, also after a failure: a
 * task never writes into arrays that the caller has got back. After the first failure, of whatever
 * kind and on whatever thread, no further task starts, and the caller gets that failure itself;
 * later failures are its suppressed exceptions.
 */
public final class WorkerPool implements AutoCloseable {

  private static final int ROWS_OF_A_TASK = 8;

  private final int threads;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<Batch> batches = new ArrayDeque<>();
  private final Queue<Job> urgent = new ArrayDeque<>();
  private final Queue<Job> ready = new ArrayDeque<>();
  private final List<Thread> helpers = new ArrayList<>();
  private boolean closed;

  /** Work on some rows of a picture. */
  public interface RowsTask {
    /** Works on the rows {@code from} to {@code to} − 1. */
    void run(int from, int to);
  }

  /** Creates a pool of {@code threads} threads, at least 1; it starts all but the calling one. */
  public WorkerPool(int threads) {
    this.threads = threads;
  }

  int threads() {
    return threads;
  }

  /**
   * Runs {@code task} on blocks of a few rows until all of {@code rows} are done. The size of the
   * blocks must not influence results.
   *
   * @throws CancellationException if the calling thread is interrupted; its flag stays set
   */
  public void runRows(int rows, RowsTask task) {
    run(
        (rows + ROWS_OF_A_TASK - 1) / ROWS_OF_A_TASK,
        block -> {
          int from = block * ROWS_OF_A_TASK;
          task.run(from, Math.min(from + ROWS_OF_A_TASK, rows));
        });
  }

  /**
   * Runs {@code task} for 0 to {@code count} − 1 and returns when all are done.
   *
   * @throws CancellationException if the calling thread is interrupted, or if the group of the job
   *     that runs the batch is closed; the flag of an interrupted thread stays set
   */
  public void run(int count, IntConsumer task) {
    Batch batch = new Batch(count, task, Job.current());
    boolean isShared = threads > 1 && count > 1;
    if (isShared) {
      offer(batch);
    }
    try {
      batch.run();
    } finally {
      batch.stop();
      if (isShared) {
        leave(batch);
      }
    }
    batch.end();
  }

  private void offer(Batch batch) {
    lock.lock();
    try {
      startHelpers();
      batches.addLast(batch);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Waits until no helper works on a batch any more. */
  private void leave(Batch batch) {
    lock.lock();
    try {
      batches.remove(batch);
      while (batch.helping > 0) {
        changed.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
  }

  private void startHelpers() {
    if (closed) {
      throw new IllegalStateException("the worker pool is closed");
    }
    while (helpers.size() < threads - 1) {
      Thread thread = new Thread(this::help, "diffsynth-patchmatch");
      thread.setDaemon(true);
      helpers.add(thread);
      thread.start();
    }
  }

  private void help() {
    lock.lock();
    try {
      while (!closed) {
        if (!workOnce()) {
          changed.awaitUninterruptibly();
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** Does a piece of work without the lock, if there is any. The caller holds the lock. */
  private boolean workOnce() {
    Batch batch = batches.peekFirst();
    if (batch != null) {
      batch.helping++;
      lock.unlock();
      try {
        batch.run();
      } finally {
        lock.lock();
        batches.remove(batch);
        batch.helping--;
        if (batch.helping == 0) {
          changed.signalAll();
        }
      }
      return true;
    }
    Job job = urgent.isEmpty() ? ready.poll() : urgent.poll();
    if (job == null) {
      return false;
    }
    lock.unlock();
    try {
      job.run();
    } finally {
      lock.lock();
      end(job);
    }
    return true;
  }

  /** Starts a job as soon as the jobs are done that it needs. */
  void submit(Job job, Iterable<Job> needed) {
    if (threads == 1) {
      needed.forEach(earlier -> job.inheritFailure(earlier));
      job.run();
      job.end();
      return;
    }
    lock.lock();
    try {
      startHelpers();
      for (Job earlier : needed) {
        if (earlier.isDone()) {
          job.inheritFailure(earlier);
        } else {
          earlier.addFollower(job);
        }
      }
      job.group.unfinished++;
      if (job.isReady()) {
        enqueue(job);
        changed.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  private void enqueue(Job job) {
    (job.isUrgent ? urgent : ready).add(job);
  }

  private void end(Job job) {
    job.group.unfinished--;
    for (Job follower : job.end()) {
      follower.inheritFailure(job);
      if (follower.isReadyWithout(job)) {
        enqueue(follower);
      }
    }
    changed.signalAll();
  }

  /**
   * Works on jobs and batches until a condition holds, which jobs bring about.
   *
   * @throws CancellationException if the calling thread is interrupted; its flag stays set
   */
  void workUntil(BooleanSupplier condition, boolean isInterruptible) {
    lock.lock();
    try {
      while (!condition.getAsBoolean()) {
        if (isInterruptible && Thread.currentThread().isInterrupted()) {
          throw cancelled();
        }
        if (workOnce()) {
          continue;
        }
        if (isInterruptible) {
          awaitChange();
        } else {
          changed.awaitUninterruptibly();
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private void awaitChange() {
    try {
      changed.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  static CancellationException cancelled() {
    return new CancellationException("interrupted while matching or blending");
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
