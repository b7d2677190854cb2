package org.diffsynth.patchmatch.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;

/**
 * Runs the tasks of a batch on a fixed number of threads, the calling thread among them. A thread
 * that is free starts the next task, so long and short tasks even out.
 *
 * <p>A batch ends for its caller only when no thread works on it any more, also after a failure: a
 * task never writes into arrays that the caller has got back. After the first failure, of whatever
 * kind and on whatever thread, no further task starts, and the caller gets that failure itself;
 * later failures are its suppressed exceptions. One batch at a time.
 */
public final class WorkerPool implements AutoCloseable {

  private static final int ROWS_OF_A_TASK = 8;

  private final int threads;
  private final ExecutorService helpers;

  /** Work on some rows of a picture. */
  public interface RowsTask {
    /** Works on the rows {@code from} to {@code to} − 1. */
    void run(int from, int to);
  }

  /** Creates a pool of {@code threads} threads, at least 1; it starts all but the calling one. */
  public WorkerPool(int threads) {
    this.threads = threads;
    this.helpers =
        Executors.newFixedThreadPool(
            Math.max(1, threads - 1),
            task -> {
              Thread thread = new Thread(task, "diffsynth-patchmatch");
              thread.setDaemon(true);
              return thread;
            });
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
   * @throws CancellationException if the calling thread is interrupted; its flag stays set
   */
  public void run(int count, IntConsumer task) {
    Batch batch = new Batch(count, task);
    List<Future<?>> helping = new ArrayList<>();
    try {
      for (int i = 1; i < Math.min(threads, count); i++) {
        helping.add(helpers.submit(batch));
      }
      batch.run();
    } finally {
      batch.stop();
      helping.forEach(WorkerPool::await);
    }
    batch.end();
  }

  private static void await(Future<?> helper) {
    boolean interrupted = false;
    while (true) {
      try {
        helper.get();
        break;
      } catch (ExecutionException e) {
        throw new AssertionError("a batch keeps its failures to itself", e);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    helpers.shutdownNow();
  }

  /** The tasks of one call, shared by the threads that work on them. */
  private static final class Batch implements Runnable {

    private final Thread caller = Thread.currentThread();
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final int count;
    private final IntConsumer task;

    Batch(int count, IntConsumer task) {
      this.count = count;
      this.task = task;
    }

    @Override
    public void run() {
      try {
        for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
          if (caller.isInterrupted()) {
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
      }
    }

    /** Lets no further task start. */
    void stop() {
      next.set(count);
    }

    /**
     * Throws the first failure of the batch, if a task failed, after all threads have left the
     * batch.
     */
    void end() {
      Throwable thrown = failure.get();
      if (thrown instanceof Error error) {
        throw error;
      }
      if (thrown instanceof RuntimeException exception) {
        throw exception;
      }
      if (caller.isInterrupted()) {
        throw new CancellationException("interrupted while matching or blending");
      }
    }
  }
}
