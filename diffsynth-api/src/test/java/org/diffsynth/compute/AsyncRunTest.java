package org.diffsynth.compute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Monitor.Progress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class AsyncRunTest {

  private final ExecutorService executor = Executors.newSingleThreadExecutor();

  @AfterEach
  void stop() {
    executor.shutdownNow();
  }

  @Test
  void start_work_givesItsResultAndItsProgress() throws Exception {
    AtomicReference<Progress> shown = new AtomicReference<>();
    Progress half = new Progress("deflicker", 0.5, 1, 2, Optional.empty());

    CompletableFuture<String> future =
        AsyncRun.start(
            executor,
            Monitor.of(shown::set),
            monitor -> {
              monitor.progress(half);
              return "done";
            });

    assertThat(future.get()).isEqualTo("done");
    assertThat(shown.get()).isEqualTo(half);
  }

  @Test
  void start_workThatFails_failsTheFutureWithItsException() {
    CompletableFuture<String> future =
        AsyncRun.start(
            executor,
            Monitor.NONE,
            monitor -> {
              throw new IOException("no room");
            });

    assertThatThrownBy(future::get)
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(IOException.class);
  }

  @Test
  void cancel_future_endsTheWorkAndSkipsWhatHasNotBegun() throws Exception {
    CountDownLatch began = new CountDownLatch(1);
    CountDownLatch ended = new CountDownLatch(1);
    CompletableFuture<String> running =
        AsyncRun.start(
            executor,
            Monitor.NONE,
            monitor -> {
              began.countDown();
              try {
                while (true) {
                  monitor.checkCancelled();
                }
              } catch (CancellationException e) {
                ended.countDown();
                throw e;
              }
            });
    AtomicBoolean ran = new AtomicBoolean();
    CompletableFuture<Boolean> waiting =
        AsyncRun.start(executor, Monitor.NONE, monitor -> ran.getAndSet(true));
    assertThat(began.await(10, TimeUnit.SECONDS)).isTrue();
    waiting.cancel(true);
    running.cancel(true);

    assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
    executor.shutdown();
    assertThat(executor.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    assertThat(ran).isFalse();
  }

  @Test
  void cancel_monitor_failsTheFuture() {
    AtomicBoolean flag = new AtomicBoolean(true);
    CompletableFuture<String> future =
        AsyncRun.start(
            executor,
            Monitor.of(progress -> {}, flag::get),
            monitor -> {
              monitor.checkCancelled();
              return "not reached";
            });

    assertThatThrownBy(future::get).isInstanceOf(CancellationException.class);
  }
}
