package org.diffsynth;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.diffsynth.compute.AsyncRun;
import org.diffsynth.frame.Monitor;

/**
 * Starts the asynchronous renders of one pipeline in the order of their requests, one at a time. A
 * waiting render occupies no thread.
 */
final class RenderQueue {

  private CompletableFuture<Void> last = CompletableFuture.completedFuture(null);

  /** Starts work on the executor as soon as all earlier work has ended, failed or cancelled. */
  synchronized <T> CompletableFuture<T> start(
      Executor executor, Monitor monitor, AsyncRun.Work<T> work) {
    CompletableFuture<Void> before = last;
    CompletableFuture<Void> ended = new CompletableFuture<>();
    CompletableFuture<Throwable> refused = new CompletableFuture<>();
    last = ended;
    Executor afterwards =
        task ->
            before
                .thenRunAsync(task, executor)
                .whenComplete(
                    (nothing, failure) -> {
                      ended.complete(null);
                      refused.complete(failure);
                    });
    try {
      CompletableFuture<T> result = AsyncRun.start(afterwards, monitor, work);
      refused.thenAccept(
          failure -> {
            if (failure != null) {
              result.completeExceptionally(failure);
            }
          });
      return result;
    } catch (RuntimeException e) {
      ended.complete(null); // the executor has refused the task
      throw e;
    }
  }
}
