package org.diffsynth.onnx.internal.runtime;

import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.diffsynth.compute.BackendException;
import org.diffsynth.compute.OutOfDeviceMemoryException;
import org.diffsynth.frame.Monitor;

/**
 * The one thread that touches a backend's sessions. Memory of CUDA sessions grows without bound
 * when they are used from rotating threads.
 */
public final class OrtThread {
  /** For what must not be left half done: neither a monitor nor an interrupt stops it. */
  public static final Monitor UNSTOPPABLE =
      new Monitor() {
        @Override
        public void checkCancelled() {}
      };

  private static final long POLL_MILLIS = 20;

  private final ExecutorService executor;
  private OrtSession.RunOptions running;
  private boolean cancelled;
  private long runs;
  private long runNanos;

  /** Starts no thread before the first call. */
  public OrtThread() {
    executor =
        Executors.newSingleThreadExecutor(
            task -> {
              Thread thread = new Thread(task, "diffsynth-onnx");
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * Does something on the thread and waits, asking the monitor meanwhile. Cancelling stops the
   * model between two of its nodes, and returns when it has stopped.
   *
   * @param doing what is being done, for errors
   */
  public <T> T call(Monitor monitor, String doing, Callable<T> body) {
    monitor.checkCancelled();
    synchronized (this) {
      cancelled = false;
    }
    Future<T> future = executor.submit(body);
    CancellationException stop = null;
    boolean interrupted = false;
    try {
      while (true) {
        try {
          T result = future.get(POLL_MILLIS, TimeUnit.MILLISECONDS);
          if (stop != null) {
            throw stop;
          }
          return result;
        } catch (TimeoutException e) {
          stop = stop == null ? asked(monitor, false) : stop;
        } catch (InterruptedException e) {
          interrupted = true;
          stop = stop == null && monitor != UNSTOPPABLE ? asked(monitor, true) : stop;
        } catch (ExecutionException e) {
          if (stop != null) {
            throw stop;
          }
          throw failure(doing, e.getCause());
        }
        if (stop != null) {
          terminate();
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static CancellationException asked(Monitor monitor, boolean interrupted) {
    if (interrupted) {
      return new CancellationException("cancelled");
    }
    try {
      monitor.checkCancelled();
      return null;
    } catch (CancellationException e) {
      return e;
    }
  }

  private synchronized void terminate() {
    cancelled = true;
    if (running != null) {
      try {
        running.setTerminate(true);
      } catch (OrtException e) {
        throw new BackendException("ONNX Runtime could not be stopped", e);
      }
    }
  }

  /** Runs a session; only from within {@link #call}. The caller closes the result. */
  OrtSession.Result run(
      OrtSession session,
      Map<String, ? extends OnnxTensorLike> inputs,
      Set<String> outputs,
      Map<String, ? extends OnnxValue> spaces)
      throws OrtException {
    try (OrtSession.RunOptions options = new OrtSession.RunOptions()) {
      synchronized (this) {
        if (cancelled) {
          throw new CancellationException("cancelled");
        }
        running = options;
      }
      long start = System.nanoTime();
      try {
        return session.run(inputs, outputs, spaces, options);
      } finally {
        runs++;
        runNanos += System.nanoTime() - start;
        synchronized (this) {
          running = null;
        }
      }
    }
  }

  /** How often a model was run and how long that took; only from within {@link #call}. */
  public String statistics() {
    return "%d model runs in %.3f s".formatted(runs, runNanos * 1e-9);
  }

  /** Nanoseconds spent in models; only from within {@link #call}. */
  public long runNanos() {
    return runNanos;
  }

  private static RuntimeException failure(String doing, Throwable cause) {
    if (cause instanceof OrtException) {
      String message = doing + " failed: " + cause.getMessage();
      String text = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
      boolean memory =
          text.contains("failed to allocate")
              || text.contains("bad_alloc")
              || text.contains("bad allocation")
              || text.contains("out of memory");
      return memory
          ? new OutOfDeviceMemoryException(message, cause)
          : new BackendException(message, cause);
    }
    if (cause instanceof RuntimeException runtime) {
      return runtime;
    }
    if (cause instanceof Error error) {
      throw error;
    }
    return new BackendException(doing + " failed: " + cause.getMessage(), cause);
  }

  /** Runs a last task and ends the thread; does nothing the second time. */
  public void close(Runnable last) {
    if (executor.isShutdown()) {
      return;
    }
    try {
      call(UNSTOPPABLE, "closing", Executors.callable(last));
    } finally {
      executor.shutdown();
    }
  }
}
