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
import org.diffsynth.compute.BackendException.OutOfDeviceMemoryException;
import org.diffsynth.frame.Monitor;
import org.diffsynth.internal.text.Text;

/**
 * The one thread that creates, runs and closes the sessions of a backend or model. ONNX Runtime
 * keeps memory per calling thread, so the memory of CUDA sessions grows without bound when they are
 * run from changing threads.
 *
 * <p>One caller at a time. A caller waits in {@link #call} and asks its monitor every 20 ms whether
 * to stop.
 */
public final class OrtThread {
  /**
   * A monitor for work that must not be left half done, such as opening or closing sessions: a call
   * with it is stopped neither by a monitor nor by an interrupt.
   */
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

  /** Creates the executor. The thread itself starts with the first call. */
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
   * Runs a task on the thread and waits for its result. If the monitor asks to cancel or the caller
   * is interrupted, the running model stops after its current node, and this method throws once it
   * has stopped.
   *
   * @param monitor asked while waiting; {@link #UNSTOPPABLE} to wait whatever happens
   * @param action what the task does, as the subject of an error message, such as {@code "opening
   *     model.onnx"}
   * @return the result of the task
   * @throws CancellationException if the monitor or an interrupt stopped the task
   * @throws OutOfDeviceMemoryException if ONNX Runtime could not allocate memory
   * @throws BackendException if the task failed with another checked exception
   */
  public <T> T call(Monitor monitor, String action, Callable<T> body) {
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
          stop = stop == null ? cancellation(monitor, false) : stop;
        } catch (InterruptedException e) {
          interrupted = true;
          stop = stop == null && monitor != UNSTOPPABLE ? cancellation(monitor, true) : stop;
        } catch (ExecutionException e) {
          if (stop != null) {
            throw stop;
          }
          throw failure(action, e.getCause());
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

  private static CancellationException cancellation(Monitor monitor, boolean interrupted) {
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

  /**
   * Runs a session so that {@link #call} can stop it. Only tasks of {@link #call} may use this.
   *
   * @param outputs names of outputs that ONNX Runtime allocates
   * @param buffers further outputs and the tensors they are written into
   * @return all outputs; the caller closes the result, and separately the buffers
   */
  OrtSession.Result run(
      OrtSession session,
      Map<String, ? extends OnnxTensorLike> inputs,
      Set<String> outputs,
      Map<String, ? extends OnnxValue> buffers)
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
        return session.run(inputs, outputs, buffers, options);
      } finally {
        runs++;
        runNanos += System.nanoTime() - start;
        synchronized (this) {
          running = null;
        }
      }
    }
  }

  /**
   * Returns the number of model runs and their total time, such as {@code "12 model runs in 3.456
   * s"}. Only tasks of {@link #call} may use this.
   */
  public String statistics() {
    return Text.format("%d model runs in %.3f s", runs, runNanos * 1e-9);
  }

  /**
   * Returns the total time of all model runs in nanoseconds. Only tasks of {@link #call} may use
   * this.
   */
  public long runNanos() {
    return runNanos;
  }

  private static RuntimeException failure(String action, Throwable cause) {
    if (cause instanceof OrtException) {
      String message = action + " failed: " + cause.getMessage();
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
    return new BackendException(action + " failed: " + cause.getMessage(), cause);
  }

  /**
   * Runs a last task, usually one that closes the sessions, and ends the thread. A second call does
   * nothing.
   */
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
