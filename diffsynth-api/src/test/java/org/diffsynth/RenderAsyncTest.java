package org.diffsynth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Monitor.Phase;
import org.diffsynth.frame.Video;
import org.diffsynth.testkit.FakeDiffusionBackend;
import org.diffsynth.testkit.TestFrames;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A pipeline in a service: several requests at once, cancellation, its own temporary folder. */
class RenderAsyncTest {

  private static final Video INPUT = TestFrames.pan(4, 24, 16, 1, 0, 40);

  private final ExecutorService executor = Executors.newFixedThreadPool(4);

  @AfterEach
  void stop() {
    executor.shutdownNow();
  }

  private static Pipeline open(ComputeOptions compute) throws IOException {
    return Pipeline.builder()
        .model(Path.of("fake"))
        .provider(FakeDiffusionBackend.plain().provider())
        .compute(compute)
        .build();
  }

  private static RenderRequest request(int seed) {
    return RenderRequest.of("winter").withSteps(3).withSeed(seed);
  }

  @Test
  void renders_startedTogether_waitForEachOtherAndGiveTheirOwnFrames() throws Exception {
    try (Pipeline pipeline = open(ComputeOptions.AUTO)) {
      List<CompletableFuture<Video>> running = new ArrayList<>();
      for (int seed = 0; seed < 8; seed++) {
        running.add(pipeline.renderAsync(INPUT, request(seed), executor, Monitor.NONE));
      }
      CompletableFuture.allOf(running.toArray(CompletableFuture[]::new)).get(1, TimeUnit.MINUTES);
      for (int seed = 0; seed < 8; seed++) {
        assertThat(running.get(seed).join().frames())
            .isEqualTo(pipeline.render(INPUT, request(seed)).frames());
      }
    }
  }

  @Test
  void cancel_runningAndWaiting_endsBothAndLetsTheNextRun() throws Exception {
    try (Pipeline pipeline = open(ComputeOptions.AUTO)) {
      CountDownLatch started = new CountDownLatch(1);
      CountDownLatch cancelled = new CountDownLatch(1);
      CompletableFuture<Video> running =
          pipeline.renderAsync(
              INPUT,
              request(1),
              executor,
              Monitor.of(
                  progress -> {
                    started.countDown();
                    awaits(cancelled);
                  }));
      CompletableFuture<Video> waiting =
          pipeline.renderAsync(INPUT, request(2), executor, Monitor.NONE);
      CompletableFuture<Video> next =
          pipeline.renderAsync(INPUT, request(3), executor, Monitor.NONE);
      awaits(started);
      assertThat(next).isNotDone();

      assertThat(running.cancel(true)).isTrue();
      assertThat(waiting.cancel(true)).isTrue();
      cancelled.countDown();

      assertThat(next.get(1, TimeUnit.MINUTES).size()).isEqualTo(4);
      assertThatThrownBy(running::join).isInstanceOf(CancellationException.class);
    }
  }

  private static void awaits(CountDownLatch latch) {
    try {
      assertThat(latch.await(1, TimeUnit.MINUTES)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void failureAndRefusingExecutor_doNotBlockTheQueue() throws Exception {
    try (Pipeline pipeline = open(ComputeOptions.AUTO)) {
      CompletableFuture<Video> failing =
          pipeline.renderAsync(
              INPUT,
              request(1),
              executor,
              Monitor.of(
                  progress -> {
                    throw new IllegalStateException("listener");
                  }));
      assertThatThrownBy(failing::join).hasRootCauseMessage("listener");
      ExecutorService closed = Executors.newSingleThreadExecutor();
      closed.shutdown();
      CompletableFuture<Video> refused;
      try {
        refused = pipeline.renderAsync(INPUT, request(1), closed, Monitor.NONE);
        assertThatThrownBy(() -> refused.get(1, TimeUnit.MINUTES))
            .hasRootCauseInstanceOf(RejectedExecutionException.class);
      } catch (RejectedExecutionException e) {
        assertThat(e).isNotNull(); // at once, if nothing ran
      }
      assertThat(
              pipeline
                  .renderAsync(INPUT, request(1), executor, Monitor.NONE)
                  .get(1, TimeUnit.MINUTES)
                  .size())
          .isEqualTo(4);
    }
  }

  @Test
  void progress_ofARender_namesPhasesAndEndsAtOne() throws Exception {
    List<Monitor.Progress> seen = new ArrayList<>();
    try (Pipeline pipeline = open(ComputeOptions.AUTO)) {
      pipeline.render(INPUT, request(1), Monitor.of(seen::add));
    }
    assertThat(seen).extracting(Monitor.Progress::phase).contains(Phase.PREDICT, Phase.DECODE);
    assertThat(seen.get(seen.size() - 1).phase()).isEqualTo(Phase.DONE);
    assertThat(seen.get(seen.size() - 1).fraction()).isEqualTo(1);
    assertThat(seen.get(seen.size() - 1).toText()).isEqualTo("done 100 %, 4/4 frames");
  }

  @Test
  void render_withATemporaryFolder_keepsItsFilesThereAndLeavesNone(@TempDir Path folder)
      throws Exception {
    List<Integer> files = new ArrayList<>();
    try (Pipeline pipeline = open(ComputeOptions.AUTO.withTemporaryFolder(folder))) {
      pipeline.render(INPUT, request(1), Monitor.of(progress -> files.add(count(folder))));
    }
    // On Linux, a file that is deleted while it is open keeps its name until then.
    assertThat(files).isNotEmpty();
    assertThat(count(folder)).isZero();
    try (Pipeline pipeline =
        open(ComputeOptions.AUTO.withTemporaryFolder(folder.resolve("missing")))) {
      assertThatThrownBy(() -> pipeline.render(INPUT, request(1)))
          .hasMessageContaining(folder.resolve("missing").toString())
          .hasMessageContaining("withTemporaryFolder");
    }
  }

  private static int count(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return (int) files.count();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
