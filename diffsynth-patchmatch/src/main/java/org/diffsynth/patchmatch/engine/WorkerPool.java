package org.diffsynth.patchmatch.engine;

import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.diffsynth.compute.BackendException;

/**
 * Runs the tasks of a batch on a fixed number of threads, the caller's among them. Whoever is free
 * takes the next task, so long and short ones even out.
 */
public final class WorkerPool implements AutoCloseable {

  private final int threads;
  private final ExecutorService helpers;

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
   * Runs {@code task} for 0 to {@code count} − 1 and returns when all are done.
   *
   * @throws CancellationException if the calling thread is interrupted; its flag stays set
   */
  public void run(int count, IntConsumer task) {
    AtomicInteger next = new AtomicInteger();
    Thread caller = Thread.currentThread();
    Runnable work =
        () -> {
          for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
            if (caller.isInterrupted()) {
              next.set(count);
              return;
            }
            try {
              task.accept(i);
            } catch (RuntimeException | Error e) {
              next.set(count); // nobody starts another
              throw e;
            }
          }
        };
    List<? extends Future<?>> helping =
        IntStream.range(1, Math.min(threads, count)).mapToObj(i -> helpers.submit(work)).toList();
    try {
      work.run();
    } finally {
      helping.forEach(WorkerPool::await);
    }
    for (Future<?> helper : helping) {
      rethrow(helper);
    }
    if (caller.isInterrupted()) {
      throw new CancellationException("interrupted while matching patches");
    }
  }

  /** Waits for the end whatever it is: no task may outlive its batch. */
  private static void await(Future<?> helper) {
    boolean interrupted = false;
    while (true) {
      try {
        helper.get();
        break;
      } catch (ExecutionException e) {
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static void rethrow(Future<?> helper) {
    boolean interrupted = Thread.interrupted();
    try {
      helper.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw new BackendException("a matching task failed: " + e.getCause(), e.getCause());
    } catch (InterruptedException e) {
      throw new AssertionError("finished tasks do not wait", e);
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
