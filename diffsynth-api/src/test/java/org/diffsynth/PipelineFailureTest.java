package org.diffsynth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import org.diffsynth.compute.BackendException;
import org.diffsynth.compute.BackendException.OutOfDeviceMemoryException;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.control.ControlNet;
import org.diffsynth.deflicker.Deflicker;
import org.diffsynth.deflicker.LatentDeflicker;
import org.diffsynth.diffusion.CrossFrameAttention;
import org.diffsynth.diffusion.CrossFrameAttention.FrameRef;
import org.diffsynth.diffusion.InitialNoise;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Monitor.Progress;
import org.diffsynth.frame.Video;
import org.diffsynth.spi.DiffusionSettings;
import org.diffsynth.spi.NotFiniteException;
import org.diffsynth.testkit.FakeDiffusionBackend;
import org.diffsynth.testkit.TestFrames;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a render does when something goes wrong, or is stopped. */
class PipelineFailureTest {

  private static final int FRAMES = 5;
  private static final Video INPUT = TestFrames.pan(FRAMES, 24, 16, 1, 0, 40);
  private static final RenderRequest REQUEST =
      RenderRequest.of("winter").withSteps(4).withStrength(0.6);

  private static final Deflicker COPY =
      (guide, style, sink, monitor) -> {
        for (Frame frame = style.read(); frame != null; frame = style.read()) {
          sink.write(frame);
        }
      };

  private static Pipeline.Builder builder(FakeDiffusionBackend backend) {
    return Pipeline.builder()
        .model(Path.of("fake"))
        .provider(backend.provider())
        .crossFrameAttention(CrossFrameAttention.FIRST_AND_PREVIOUS)
        .deflicker(LatentDeflicker.atSteps(1).then(COPY).withFinalPass());
  }

  private static Pipeline pipeline(FakeDiffusionBackend backend) throws IOException {
    return builder(backend).build();
  }

  @ParameterizedTest
  @ValueSource(strings = {"text", "encode", "decode", "predict"})
  void render_modelFails_saysSoAndTheNextRenderWorks(String stage) throws IOException {
    FakeDiffusionBackend backend = FakeDiffusionBackend.plain();
    Video expected;
    try (Pipeline pipeline = pipeline(backend)) {
      expected = pipeline.render(INPUT, REQUEST);
      backend.onCall(
          call -> {
            if (call.equals(stage)) {
              throw new BackendException("the " + call + " model failed");
            }
          });
      assertThatThrownBy(() -> pipeline.render(INPUT, REQUEST))
          .isInstanceOf(BackendException.class)
          .hasMessage("the " + stage + " model failed");
      backend.onCall(call -> {});
      assertThat(pipeline.render(INPUT, REQUEST).frames()).isEqualTo(expected.frames());
    }
    assertThat(backend.closings()).isEqualTo(1);
  }

  @Test
  void render_cancelledBeforeAnyCall_stopsThereAndStaysUsable() throws IOException {
    FakeDiffusionBackend backend = FakeDiffusionBackend.plain();
    AtomicInteger calls = new AtomicInteger();
    backend.onCall(call -> calls.incrementAndGet());
    try (Pipeline pipeline = pipeline(backend)) {
      Video expected = pipeline.render(INPUT, REQUEST);
      int all = calls.get();
      assertThat(all).isGreaterThan(10);
      for (int stopAfter = 0; stopAfter < all; stopAfter++) {
        calls.set(0);
        int limit = stopAfter;
        Monitor monitor =
            new Monitor() {
              @Override
              public boolean isCancelled() {
                return calls.get() >= limit;
              }
            };
        assertThatThrownBy(() -> pipeline.render(INPUT, REQUEST, monitor))
            .as("cancelled after %d calls", limit)
            .isInstanceOf(CancellationException.class);
        assertThat(calls.get()).isLessThanOrEqualTo(limit + 1);
      }
      assertThat(pipeline.render(INPUT, REQUEST).frames()).isEqualTo(expected.frames());
    }
  }

  @Test
  void render_interrupted_stopsWithTheFlagStillSet() throws IOException {
    try (Pipeline pipeline = pipeline(FakeDiffusionBackend.plain())) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> pipeline.render(INPUT, REQUEST))
          .isInstanceOf(CancellationException.class);
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void render_interruptedJustBeforeATemporaryFile_isCancelledToo() throws IOException {
    ControlNet net =
        ControlNet.of("edges", Path.of("edges"))
            .withAnnotator(
                frame -> {
                  Thread.currentThread().interrupt();
                  return frame;
                });
    try (Pipeline pipeline = builder(FakeDiffusionBackend.plain()).controlNet(net).build()) {
      assertThatThrownBy(() -> pipeline.render(INPUT, REQUEST))
          .isInstanceOf(CancellationException.class);
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void render_notANumberInTheNoise_namesStepFrameAndModel() throws IOException {
    float[] samples = new float[4 * 8 * 12];
    samples[5] = Float.NaN;
    Latents broken = Latents.of(1, 4, 8, 12, samples);
    try (Pipeline pipeline = pipeline(FakeDiffusionBackend.plain())) {
      NotFiniteException failure =
          (NotFiniteException)
              catchThrowable(
                  () -> pipeline.render(INPUT, REQUEST.withNoise(InitialNoise.shared(broken))));
      assertThat(failure)
          .hasMessage(
              "step 1 of 2 (timestep 251): the UNet of fake gave NaN or infinity for frame 0");
      assertThat(failure.row()).isZero();
      assertThat(failure.model()).contains("UNet").contains("fake");
    }
  }

  @Test
  void render_modelGivesNaNForOneFrame_namesThatFrame() throws IOException {
    ControlNet net = ControlNet.of("edges", Path.of("edges")).withScale(10);
    List<Frame> pictures = new ArrayList<>();
    for (int i = 0; i < FRAMES; i++) {
      float[] samples = new float[24 * 16 * 3];
      Arrays.fill(samples, i == 3 ? Float.MAX_VALUE : 0.5f);
      pictures.add(Frame.ofFloat(24, 16, samples));
    }
    FakeDiffusionBackend backend =
        new FakeDiffusionBackend(
            DiffusionSettings.of(Path.of("fake")).withControlNets(List.of(net)));
    try (Pipeline pipeline =
        builder(backend)
            .crossFrameAttention(CrossFrameAttention.NONE)
            .controlNet(net.withScale(10))
            .compute(ComputeOptions.AUTO.withFramesPerCall(2))
            .build()) {
      assertThatThrownBy(
              () ->
                  pipeline.render(
                      INPUT,
                      REQUEST
                          .withGuidanceScale(100)
                          .withControlVideos(
                              Map.of("edges", Video.of(pictures, FrameRate.DEFAULT)))))
          .isInstanceOf(NotFiniteException.class)
          .hasMessageContaining("frame 3");
    }
  }

  @Test
  void render_decoderGivesNaN_namesStepAndFrame() throws IOException {
    FakeDiffusionBackend backend = FakeDiffusionBackend.plain();
    backend.onCall(
        call -> {
          if (call.equals("decode")) {
            throw new NotFiniteException("VAE decoder of fake", 2);
          }
        });
    try (Pipeline pipeline = pipeline(backend)) {
      assertThatThrownBy(() -> pipeline.render(INPUT, REQUEST))
          .isInstanceOf(NotFiniteException.class)
          .hasMessage(
              "deflickering in step 2 of 2: the VAE decoder of fake gave NaN or infinity for frame"
                  + " 2");
    }
  }

  @Test
  void render_notEnoughMemory_goesOnInSmallerCallsWithTheSameResult() throws IOException {
    List<Video> results = new ArrayList<>();
    for (int rows : new int[] {1000, 10, 5, 2}) {
      FakeDiffusionBackend backend =
          FakeDiffusionBackend.plain().withRowsPerCall(1000).withMemoryFor(rows);
      try (Pipeline pipeline = pipeline(backend)) {
        results.add(pipeline.render(INPUT, REQUEST));
      }
    }

    for (Video result : results) {
      for (int i = 0; i < FRAMES; i++) {
        assertThat(result.frame(i).toRgb8()).isEqualTo(results.get(0).frame(i).toRgb8());
      }
    }
  }

  @Test
  void render_notEnoughMemoryForTheSmallestCall_passesTheErrorOn() throws IOException {
    try (Pipeline pipeline = pipeline(FakeDiffusionBackend.plain().withMemoryFor(1))) {
      assertThatThrownBy(() -> pipeline.render(INPUT, REQUEST))
          .isInstanceOf(OutOfDeviceMemoryException.class);
    }
  }

  @Test
  void render_deflickerLosesAFrame_isRefused() throws IOException {
    Deflicker losing = (guide, style, sink, monitor) -> sink.write(style.read());
    try (Pipeline pipeline =
        builder(FakeDiffusionBackend.plain())
            .deflicker(LatentDeflicker.atSteps(1).then(losing))
            .build()) {
      assertThatThrownBy(() -> pipeline.render(INPUT, REQUEST))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("the deflicker must write as many frames as it reads, but wrote 1 of 5");
    }
  }

  @Test
  void render_sinkFails_passesTheErrorOn() throws IOException {
    FrameSink full =
        new FrameSink() {
          private int frames;

          @Override
          public void write(Frame frame) throws IOException {
            if (++frames > 2) {
              throw new IOException("disk full");
            }
          }

          @Override
          public void commit() {}

          @Override
          public void close() {}
        };
    try (Pipeline pipeline = pipeline(FakeDiffusionBackend.plain())) {
      assertThatThrownBy(() -> pipeline.render(INPUT.open(), REQUEST, full, Monitor.NONE))
          .isInstanceOf(IOException.class)
          .hasMessage("disk full");
    }
  }

  @Test
  void render_randomMomentsOfCancelling_neverBreakThePipeline() throws IOException {
    SplittableRandom random = new SplittableRandom(1);
    try (Pipeline pipeline = pipeline(FakeDiffusionBackend.plain())) {
      Video expected = pipeline.render(INPUT, REQUEST);
      for (int i = 0; i < 50; i++) {
        AtomicInteger left = new AtomicInteger(random.nextInt(60));
        Monitor monitor =
            new Monitor() {
              @Override
              public boolean isCancelled() {
                return left.getAndDecrement() <= 0;
              }
            };
        Throwable outcome = catchThrowable(() -> pipeline.render(INPUT, REQUEST, monitor));
        if (outcome != null) {
          assertThat(outcome).isInstanceOf(CancellationException.class);
        }
      }
      assertThat(pipeline.render(INPUT, REQUEST).frames()).isEqualTo(expected.frames());
    }
  }

  @Test
  void render_closedOrBusy_isRefused() throws IOException {
    FakeDiffusionBackend backend = FakeDiffusionBackend.plain();
    Pipeline pipeline = pipeline(backend);
    List<Throwable> inside = new ArrayList<>();
    backend.onCall(
        call -> {
          if (call.equals("text")) {
            inside.add(catchThrowable(() -> pipeline.render(INPUT, REQUEST)));
            inside.add(catchThrowable(pipeline::close));
          }
        });
    pipeline.render(INPUT, REQUEST);
    assertThat(inside)
        .hasSize(2)
        .allSatisfy(failure -> assertThat(failure).isInstanceOf(IllegalStateException.class));

    pipeline.close();
    pipeline.close();
    assertThat(backend.closings()).isEqualTo(1);
    assertThatThrownBy(() -> pipeline.render(INPUT, REQUEST))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the pipeline is closed");
  }

  @Test
  void render_settingsThatDoNotFit_areRefusedBeforeAnyModelCall() throws IOException {
    FakeDiffusionBackend backend = FakeDiffusionBackend.plain();
    List<String> calls = new ArrayList<>();
    backend.onCall(calls::add);
    ControlNet net = ControlNet.of("edges", Path.of("edges"));
    try (Pipeline pipeline = builder(backend).controlNet(net).build()) {
      assertThatThrownBy(() -> pipeline.render(INPUT, REQUEST))
          .hasMessageContaining("control pictures of ControlNet 'edges'")
          .hasMessageContaining("withControlVideo(\"edges\", video)")
          .hasMessageContaining("withAnnotator");
      assertThatThrownBy(
              () ->
                  pipeline.render(
                      INPUT,
                      REQUEST.withControlVideos(
                          Map.of("edges", TestFrames.pan(3, 24, 16, 0, 0, 1)))))
          .hasMessage(
              "the control video of 'edges' must have 1 frame or 5 frames as the clip, but had 3");
      assertThatThrownBy(
              () -> pipeline.render(INPUT, REQUEST.withControlVideos(Map.of("depth", INPUT))))
          .hasMessageContaining(
              "control settings for 'depth', but the pipeline has the ControlNets [edges]");
      assertThatThrownBy(
              () -> pipeline.generate(3, FrameRate.DEFAULT, REQUEST.withSize(24, 16), Monitor.NONE))
          .hasMessage("without an input video strength must be 1, but was 0.6");
      assertThatThrownBy(
              () -> pipeline.generate(3, FrameRate.DEFAULT, REQUEST.withStrength(1), Monitor.NONE))
          .hasMessageContaining("must have a size");
    }
    try (Pipeline pipeline =
        builder(backend)
            .crossFrameAttention(CrossFrameAttention.pattern(FrameRef.reference(1), FrameRef.SELF))
            .build()) {
      assertThatThrownBy(() -> pipeline.render(INPUT, REQUEST))
          .hasMessageContaining("needs 2 reference pictures, but the request has 0");
    }
    try (Pipeline pipeline =
        builder(backend).deflicker(LatentDeflicker.atSteps(4).then(COPY)).build()) {
      assertThatThrownBy(() -> pipeline.render(INPUT, REQUEST))
          .hasMessageContaining("step 4 cannot be deflickered");
    }
    assertThat(calls).isEmpty();
  }

  @Test
  void render_watched_progressRisesToTheEndWithTimeLeft() throws IOException {
    List<Progress> seen = new ArrayList<>();
    try (Pipeline pipeline = pipeline(FakeDiffusionBackend.plain())) {
      pipeline.render(INPUT, REQUEST, Monitor.of(seen::add));
    }

    assertThat(seen).hasSizeGreaterThan(10);
    for (int i = 1; i < seen.size(); i++) {
      assertThat(seen.get(i).fraction()).isGreaterThanOrEqualTo(seen.get(i - 1).fraction());
    }
    Progress last = seen.get(seen.size() - 1);
    assertThat(last.fraction()).isEqualTo(1);
    assertThat(last.framesDone()).isEqualTo(FRAMES);
    assertThat(last.timeLeft()).contains(Duration.ZERO);
  }
}
