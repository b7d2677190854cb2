package org.diffsynth.internal.sharp;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** Works on the rows of a picture with a fixed number of threads, the caller's among them. */
final class Rows implements AutoCloseable {

  /** Rows a thread takes at a time: the result never depends on it. */
  private static final int BLOCK = 8;

  /** Work on the rows {@code from} to {@code to} − 1. */
  interface Task {
    void run(int from, int to);
  }

  private final int threads;
  private final ExecutorService helpers;

  Rows(int threads) {
    this.threads = threads;
    this.helpers =
        Executors.newFixedThreadPool(
            Math.max(1, threads - 1),
            task -> {
              Thread thread = new Thread(task, "diffsynth-blend");
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * Runs {@code task} on all of {@code rows} rows and returns when they are done.
   *
   * @throws CancellationException if the calling thread is interrupted; its flag stays set
   */
  void run(int rows, Task task) {
    AtomicInteger next = new AtomicInteger();
    Thread caller = Thread.currentThread();
    Runnable work =
        () -> {
          for (int from = next.getAndAdd(BLOCK); from < rows; from = next.getAndAdd(BLOCK)) {
            if (caller.isInterrupted()) {
              return;
            }
            task.run(from, Math.min(from + BLOCK, rows));
          }
        };
    List<Future<?>> helping = new ArrayList<>();
    for (int i = 1; i < Math.min(threads, (rows + BLOCK - 1) / BLOCK); i++) {
      helping.add(helpers.submit(work));
    }
    RuntimeException failure = null;
    try {
      work.run();
    } catch (RuntimeException e) {
      failure = e;
    }
    for (Future<?> helper : helping) {
      failure = await(helper, failure);
    }
    if (failure != null) {
      throw failure;
    }
    if (caller.isInterrupted()) {
      throw new CancellationException("interrupted while blending");
    }
  }

  /** Waits for the end whatever it is: no task may outlive its call. */
  private static RuntimeException await(Future<?> helper, RuntimeException failure) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          helper.get();
          return failure;
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          return failure != null ? failure : new IllegalStateException(e.getCause());
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void close() {
    helpers.shutdownNow();
  }
}
