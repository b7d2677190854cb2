package org.diffsynth.samples;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import org.diffsynth.Pipeline;
import org.diffsynth.Preset;
import org.diffsynth.RenderRequest;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.deflicker.PatchBlending;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Video;
import org.diffsynth.testkit.scene.MovingScene;
import org.junit.jupiter.api.Test;

/** Several jobs at once in one process give the frames that each gives alone. */
class ServiceTest {

  private static final int JOBS = 4;

  @Test
  void deflickers_atOnceWithOneEngine_giveTheFramesOfEachAlone() throws Exception {
    PatchBlending shared =
        PatchBlending.fast(2).withCompute(ComputeOptions.AUTO.withEngine("cpu").withThreads(2));
    ForkJoinPool pool = new ForkJoinPool(JOBS);
    List<CompletableFuture<Video>> running = new ArrayList<>();
    for (int job = 0; job < JOBS; job++) {
      running.add(
          shared.applyAsync(
              Video.readAll(scene(job).guide()),
              Video.readAll(scene(job).flickering()),
              pool,
              Monitor.NONE));
    }
    for (int job = 0; job < JOBS; job++) {
      Video alone =
          shared.apply(Video.readAll(scene(job).guide()), Video.readAll(scene(job).flickering()));
      assertThat(running.get(job).get(1, TimeUnit.MINUTES).frames()).isEqualTo(alone.frames());
    }
    pool.shutdown();
  }

  private static MovingScene scene(int job) {
    return MovingScene.DEFAULT.withSize(64 + 16 * job, 48).withFrames(5);
  }

  @Test
  void renders_atOnceWithOneModel_giveTheFramesOfEachAlone() throws Exception {
    Path model = Path.of("../diffsynth-onnx/src/test/resources/tiny-sd/model");
    ForkJoinPool pool = new ForkJoinPool(JOBS);
    try (Pipeline pipeline = Pipeline.builder(Preset.PLAIN).model(model).build()) {
      List<CompletableFuture<Video>> running = new ArrayList<>();
      Video input = Video.readAll(scene(0).guide());
      for (int job = 0; job < JOBS; job++) {
        running.add(pipeline.renderAsync(input, request(job), pool, Monitor.NONE));
      }
      CompletableFuture.allOf(running.toArray(CompletableFuture[]::new)).get(1, TimeUnit.MINUTES);
      for (int job = 0; job < JOBS; job++) {
        assertThat(running.get(job).join().frames())
            .isEqualTo(pipeline.render(input, request(job)).frames());
      }
    }
    pool.shutdown();
  }

  private static RenderRequest request(int seed) {
    return RenderRequest.of("winter").withSteps(2).withSize(new FrameSize(64, 48)).withSeed(seed);
  }
}
