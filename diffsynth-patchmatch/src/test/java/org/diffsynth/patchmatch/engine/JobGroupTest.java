package org.diffsynth.patchmatch.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class JobGroupTest {

  private static <T> JobResult<T> make(JobGroup jobs, List<JobResult<?>> reads, Supplier<T> work) {
    return jobs.make(false, reads, List.of(), work);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 8})
  void get_jobsThatReadEachOther_givesTheSumOfAll(int threads) {
    try (WorkerPool pool = new WorkerPool(threads);
        JobGroup jobs = new JobGroup(pool)) {
      List<JobResult<Integer>> row = new ArrayList<>();
      row.add(JobResult.of(1));
      for (int i = 1; i <= 200; i++) {
        JobResult<Integer> left = row.get(i - 1);
        JobResult<Integer> far = row.get(i / 2);
        row.add(make(jobs, List.of(left, far), () -> (left.get() + far.get()) % 1000));
      }
      int[] expected = new int[201];
      expected[0] = 1;
      for (int i = 1; i <= 200; i++) {
        expected[i] = (expected[i - 1] + expected[i / 2]) % 1000;
      }
      assertThat(jobs.get(row.get(200))).isEqualTo(expected[200]);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void make_jobThatRunsBatches_coversEachTaskOnce(int threads) {
    try (WorkerPool pool = new WorkerPool(threads);
        JobGroup jobs = new JobGroup(pool)) {
      List<JobResult<Integer>> counts = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        counts.add(
            make(
                jobs,
                List.of(),
                () -> {
                  AtomicInteger count = new AtomicInteger();
                  pool.run(50, task -> count.incrementAndGet());
                  return count.get();
                }));
      }
      assertThat(counts.stream().map(jobs::get)).containsOnly(50).hasSize(20);
    }
  }

  /** The first job waits until the second runs: they overlap, although neither is waited for. */
  @Test
  void make_independentJobs_runAtOneTime() throws InterruptedException {
    CountDownLatch both = new CountDownLatch(2);
    try (WorkerPool pool = new WorkerPool(3);
        JobGroup jobs = new JobGroup(pool)) {
      for (int i = 0; i < 2; i++) {
        make(jobs, List.of(), () -> meet(both));
      }
      assertThat(both.await(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  private static boolean meet(CountDownLatch latch) {
    latch.countDown();
    try {
      return latch.await(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void get_afterAFailure_throwsTheFailureOfTheJobBefore(int threads) {
    OutOfMemoryError failure = new OutOfMemoryError("in a job");
    try (WorkerPool pool = new WorkerPool(threads);
        JobGroup jobs = new JobGroup(pool)) {
      JobResult<Integer> failing =
          make(
              jobs,
              List.of(),
              () -> {
                throw failure;
              });
      AtomicInteger runs = new AtomicInteger();
      JobResult<Integer> reader = make(jobs, List.of(failing), runs::incrementAndGet);
      JobResult<Integer> last = jobs.make(true, List.of(), List.of(reader), runs::incrementAndGet);

      assertThatThrownBy(() -> jobs.get(last)).isSameAs(failure);
      assertThat(runs).hasValue(0);
      assertThat(jobs.get(make(jobs, List.of(), () -> 5))).as("other jobs go on").isEqualTo(5);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void drop_whileJobsRead_freesOnceAfterTheLastReader(int threads) {
    ConcurrentLinkedQueue<String> events = new ConcurrentLinkedQueue<>();
    try (WorkerPool pool = new WorkerPool(threads);
        JobGroup jobs = new JobGroup(pool)) {
      JobResult<String> value = make(jobs, List.of(), () -> "value");
      JobResult<Boolean> reader =
          make(
              jobs,
              List.of(value),
              () -> {
                sleep(50);
                return events.add("read " + value.get());
              });
      value.drop(freed -> events.add("free " + freed));
      jobs.get(reader);
    }
    assertThat(events).containsExactly("read value", "free value");
  }

  @Test
  void get_interruptedCaller_cancelsAndKeepsTheFlag() {
    try (WorkerPool pool = new WorkerPool(2);
        JobGroup jobs = new JobGroup(pool)) {
      JobResult<Integer> result =
          make(
              jobs,
              List.of(),
              () -> {
                sleep(100);
                return 1;
              });
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> jobs.get(result)).isInstanceOf(CancellationException.class);
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void close_whileJobsWait_startsNoneAndWaitsForThoseThatRun() {
    AtomicInteger started = new AtomicInteger();
    AtomicInteger ended = new AtomicInteger();
    try (WorkerPool pool = new WorkerPool(2)) {
      CountDownLatch first = new CountDownLatch(1);
      try (JobGroup jobs = new JobGroup(pool)) {
        for (int i = 0; i < 20; i++) {
          make(
              jobs,
              List.of(),
              () -> {
                started.incrementAndGet();
                first.countDown();
                sleep(50);
                return ended.incrementAndGet();
              });
        }
        meet(first);
      }
      assertThat(ended.get()).isEqualTo(started.get()).isLessThan(20);
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
