package org.diffsynth.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.diffsynth.KeyframeRendering;
import org.diffsynth.Pipeline;
import org.diffsynth.RenderRequest;
import org.diffsynth.compute.Availability;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.deflicker.Deflicker;
import org.diffsynth.deflicker.FramePull;
import org.diffsynth.deflicker.LatentDeflicker;
import org.diffsynth.deflicker.PatchBlending;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Video;
import org.diffsynth.spi.DiffusionBackend;
import org.diffsynth.spi.DiffusionBackendProvider;
import org.diffsynth.spi.DiffusionSettings;
import org.junit.jupiter.api.Test;

/** The compute options of a pipeline reach everything that the pipeline runs. */
class ComputeOptionsReachTest {

  private static final Video INPUT = TestFrames.pan(3, 24, 16, 1, 0, 40);
  private static final RenderRequest REQUEST = RenderRequest.of("winter").withSteps(2);
  private static final ComputeOptions ONE_THREAD =
      ComputeOptions.AUTO.withEngine(RecordingMatcherProvider.NAME).withThreads(1);

  private static Pipeline.Builder builder() {
    return Pipeline.builder()
        .model(Path.of("fake"))
        .provider(FakeDiffusionBackend.plain().provider())
        .compute(ONE_THREAD);
  }

  private static void assertOpenedWithOneThread(ThrowingCallable render) {
    assertThatThrownBy(render)
        .isInstanceOf(RecordingMatcherProvider.OpenedException.class)
        .hasMessage("opened with 1 threads");
  }

  @Test
  void compute_oneThread_reachesThePatchBlendingInTheLoop() throws IOException {
    LatentDeflicker deflicker = LatentDeflicker.every(1).then(PatchBlending.fast(1));
    try (Pipeline pipeline = builder().deflicker(deflicker).build()) {
      assertOpenedWithOneThread(() -> pipeline.render(INPUT, REQUEST));
    }
  }

  @Test
  void compute_oneThread_reachesTheDeflickerOfTheRequestAndTheFinalPass() throws IOException {
    LatentDeflicker deflicker = LatentDeflicker.onlyFinal(PatchBlending.DEFAULT);
    try (Pipeline pipeline = builder().build()) {
      assertOpenedWithOneThread(() -> pipeline.render(INPUT, REQUEST.withDeflicker(deflicker)));
    }
  }

  @Test
  void compute_oneThread_reachesTheFramePull() throws IOException {
    FramePull pull = FramePull.toRemappedPrevious().withWeight(1);
    try (Pipeline pipeline = builder().build()) {
      assertOpenedWithOneThread(() -> pipeline.render(INPUT, REQUEST.withFramePull(pull)));
    }
  }

  @Test
  void compute_oneThread_reachesTheInterpolationBetweenKeyFrames() throws IOException {
    try (Pipeline pipeline = builder().build()) {
      assertOpenedWithOneThread(
          () -> KeyframeRendering.every(2).render(pipeline, INPUT, REQUEST, Monitor.NONE));
    }
  }

  @Test
  void compute_threadsAndMemory_reachTheModel() throws IOException {
    List<ComputeOptions> seen = new ArrayList<>();
    ComputeOptions compute = ONE_THREAD.withDevice("cuda").withModelMemory(1L << 30);
    DiffusionBackendProvider provider =
        new DiffusionBackendProvider() {
          @Override
          public String name() {
            return "fake";
          }

          @Override
          public Availability probe() {
            return new Availability.Ready("arithmetic", 1);
          }

          @Override
          public DiffusionBackend open(DiffusionSettings settings) {
            seen.add(settings.compute());
            return FakeDiffusionBackend.plain();
          }
        };
    try (Pipeline pipeline = builder().compute(compute).provider(provider).build()) {
      assertThat(pipeline.options().compute()).isEqualTo(compute);
    }
    assertThat(seen).containsExactly(compute);
  }

  @Test
  void compute_anyDeflicker_getsThePipelinesOptions() throws IOException {
    List<ComputeOptions> seen = new ArrayList<>();
    Deflicker recording =
        new Deflicker() {
          @Override
          public void apply(FrameSource guide, FrameSource style, FrameSink sink, Monitor monitor)
              throws IOException {
            Deflicker.UNCHANGED.apply(guide, style, sink, monitor);
          }

          @Override
          public Deflicker withDefaultCompute(ComputeOptions defaults) {
            seen.add(defaults);
            return this;
          }
        };
    LatentDeflicker deflicker = LatentDeflicker.every(1).then(recording).withFinalPass();
    try (Pipeline pipeline = builder().deflicker(deflicker).build()) {
      pipeline.render(INPUT, REQUEST);
    }
    assertThat(seen).containsExactly(ONE_THREAD, ONE_THREAD);
  }

  @Test
  void withDefaults_ownSettings_areKept() {
    PatchBlending own =
        PatchBlending.DEFAULT.withCompute(ComputeOptions.AUTO.withEngine("cpu-scalar"));
    assertThat(own.withDefaultCompute(ONE_THREAD).compute())
        .isEqualTo(ONE_THREAD.withEngine("cpu-scalar"));
    assertThat(PatchBlending.DEFAULT.withDefaultCompute(ONE_THREAD).compute())
        .isEqualTo(ONE_THREAD);
    ComputeOptions chosen = ONE_THREAD.withModelMemory(1L << 20).withBackend("onnx");
    assertThat(chosen.withDefaults(ComputeOptions.AUTO.withDevice("cpu").withFieldCache(0)))
        .isEqualTo(chosen.withDevice("cpu"));
  }

  @Test
  void settings_outOfRange_areRefusedWithTheRule() {
    assertThatThrownBy(() -> ComputeOptions.AUTO.withThreads(0))
        .hasMessage("threads must be at least 1, but was 0");
    assertThatThrownBy(() -> ComputeOptions.AUTO.withEngine(" "))
        .hasMessage("engine must not be blank");
    assertThatThrownBy(() -> ComputeOptions.AUTO.withModelMemory(100))
        .hasMessage("modelCall must be 0 or at least 1048576 bytes, but was 100");
    assertThatThrownBy(() -> ComputeOptions.AUTO.withFramesPerCall(-1))
        .hasMessageContaining("framesPerCall must be at least 1");
  }
}
