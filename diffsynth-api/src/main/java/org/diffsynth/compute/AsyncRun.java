package org.diffsynth.compute;

import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.diffsynth.frame.Monitor;

/**
 * Starts a long run on another thread, and lets its future cancel it.
 *
 * <pre>{@code
 * CompletableFuture<Video> steady =
 *     AsyncRun.start(executor, Monitor.of(progress -> bar.set(progress.fraction())),
 *         monitor -> PatchBlending.DEFAULT.apply(guide, style, monitor));
 * steady.cancel(true); // ends the run before its next batch
 * }</pre>
 *
 * <p>The same works for {@code Pipeline.render}, {@code KeyframeInterpolation} and every method
 * that accepts a {@link Monitor}.
 */
public final class AsyncRun {

  private AsyncRun() {}

  /**
   * Work that takes a monitor.
   *
   * @param <T> type of the result
   */
  @FunctionalInterface
  public interface Work<T> {

    /**
     * Does the work.
     *
     * @param monitor must be passed on, so that the work can be cancelled
     * @throws Exception if the work fails
     */
    T run(Monitor monitor) throws Exception;
  }

  /**
   * Starts work on an executor.
   *
   * <p>The future fails with the exception of the work, as a {@link CompletionException} from
   * {@code join} and an {@link java.util.concurrent.ExecutionException} from {@code get}.
   * Cancelling the future, with {@code cancel(true)} or {@code cancel(false)}, ends the work with a
   * {@link CancellationException} before its next batch, and skips it if it has not begun; frames
   * that were written before are complete. The future itself is cancelled at once, so a caller that
   * must know when the work has let go of files and models closes them in the work.
   *
   * @param executor runs the work on one of its threads. A run uses further threads of its own; see
   *     {@link ComputeOptions#withThreads}
   * @param monitor receives the progress on the executor's thread, and may cancel as well; {@link
   *     Monitor#NONE} for none
   * @param work the work
   * @param <T> type of the result
   */
  public static <T> CompletableFuture<T> start(Executor executor, Monitor monitor, Work<T> work) {
    Objects.requireNonNull(monitor, "monitor");
    Objects.requireNonNull(work, "work");
    CompletableFuture<T> future = new CompletableFuture<>();
    Monitor both =
        new Monitor() {
          @Override
          public void progress(Progress progress) {
            monitor.progress(progress);
          }

          @Override
          public boolean isCancelled() {
            return future.isCancelled() || monitor.isCancelled();
          }
        };
    executor.execute(
        () -> {
          if (future.isCancelled()) {
            return;
          }
          try {
            future.complete(work.run(both));
          } catch (Throwable e) { // reaches the caller through the future
            future.completeExceptionally(e);
          }
        });
    return future;
  }
}
