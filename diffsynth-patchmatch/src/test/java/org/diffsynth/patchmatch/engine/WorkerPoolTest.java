package org.diffsynth.patchmatch.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class WorkerPoolTest {

  @ParameterizedTest
  @CsvSource({"1, 0", "1, 5", "2, 1", "3, 100", "8, 5"})
  void run_anyCountAndThreads_runsEachTaskOnce(int threads, int count) {
    AtomicIntegerArray runs = new AtomicIntegerArray(count);
    try (WorkerPool pool = new WorkerPool(threads)) {
      pool.run(count, runs::incrementAndGet);
    }

    for (int i = 0; i < count; i++) {
      assertThat(runs.get(i)).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 8, 9, 100})
  void runRows_anyHeight_coversEachRowOnce(int height) {
    int[] runs = new int[height];
    try (WorkerPool pool = new WorkerPool(3)) {
      pool.runRows(
          height,
          (from, to) -> {
            for (int y = from; y < to; y++) {
              runs[y]++;
            }
          });
    }

    assertThat(runs).containsOnly(1);
  }

  /** A helper is in the midst of its task while the caller's task fails. */
  @Test
  void run_errorInTheCallersTask_waitsUntilNoHelperWrites() {
    AssertionError error = new AssertionError("in the caller");
    CountDownLatch helperStarted = new CountDownLatch(1);
    AtomicBoolean helperEnded = new AtomicBoolean();
    Thread caller = Thread.currentThread();
    try (WorkerPool pool = new WorkerPool(2)) {
      assertThatThrownBy(
              () ->
                  pool.run(
                      2,
                      task -> {
                        if (Thread.currentThread() == caller) {
                          await(helperStarted);
                          throw error;
                        }
                        helperStarted.countDown();
                        sleep(200);
                        helperEnded.set(true);
                      }))
          .isSameAs(error);
      assertThat(helperEnded).isTrue();
    }
  }

  @Test
  void run_failureInAHelper_reachesTheCallerAsItIs() {
    IllegalStateException failure = new IllegalStateException("in a helper");
    CountDownLatch helperFailed = new CountDownLatch(1);
    Thread caller = Thread.currentThread();
    try (WorkerPool pool = new WorkerPool(2)) {
      assertThatThrownBy(
              () ->
                  pool.run(
                      2,
                      task -> {
                        if (Thread.currentThread() == caller) {
                          await(helperFailed);
                          return;
                        }
                        helperFailed.countDown();
                        throw failure;
                      }))
          .isSameAs(failure);
    }
  }

  @Test
  void run_severalFailures_keepsTheLaterOnesAsSuppressed() {
    CountDownLatch bothStarted = new CountDownLatch(2);
    try (WorkerPool pool = new WorkerPool(2)) {
      assertThatThrownBy(
              () ->
                  pool.run(
                      2,
                      task -> {
                        bothStarted.countDown();
                        await(bothStarted);
                        throw new IllegalStateException("task " + task);
                      }))
          .isInstanceOf(IllegalStateException.class)
          .satisfies(thrown -> assertThat(thrown.getSuppressed()).hasSize(1));
    }
  }

  @Test
  void run_afterAFailure_startsNoFurtherTask() {
    AtomicInteger started = new AtomicInteger();
    try (WorkerPool pool = new WorkerPool(1)) {
      assertThatThrownBy(
              () ->
                  pool.run(
                      100,
                      task -> {
                        started.incrementAndGet();
                        throw new IllegalStateException("at once");
                      }))
          .isInstanceOf(IllegalStateException.class);
      assertThat(started).hasValue(1);
      int[] runs = new int[3];
      pool.run(3, task -> runs[task]++);
      assertThat(Arrays.stream(runs).sum()).as("the pool serves the next batch").isEqualTo(3);
    }
  }

  @Test
  void run_interruptedCaller_cancelsKeepsTheFlagAndWaits() {
    AtomicInteger ended = new AtomicInteger();
    AtomicInteger started = new AtomicInteger();
    Thread caller = Thread.currentThread();
    try (WorkerPool pool = new WorkerPool(2)) {
      assertThatThrownBy(
              () ->
                  pool.run(
                      1000,
                      task -> {
                        if (started.incrementAndGet() == 4) {
                          caller.interrupt();
                        }
                        if (Thread.currentThread() != caller) {
                          sleep(20);
                        }
                        ended.incrementAndGet();
                      }))
          .isInstanceOf(CancellationException.class);
      assertThat(Thread.interrupted()).isTrue();
      assertThat(ended.get()).isEqualTo(started.get()).isLessThan(1000);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static void sleep(int millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
