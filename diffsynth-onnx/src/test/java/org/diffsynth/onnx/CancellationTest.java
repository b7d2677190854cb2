package org.diffsynth.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import org.diffsynth.Pipeline;
import org.diffsynth.RenderRequest;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.deflicker.LatentDeflicker;
import org.diffsynth.diffusion.CrossFrameAttention;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Video;
import org.diffsynth.onnx.golden.Golden;
import org.diffsynth.onnx.golden.GoldenModel;
import org.diffsynth.spi.DiffusionBackend;
import org.diffsynth.spi.UnetInput;
import org.diffsynth.spi.UnetInput.KeyValueRows;
import org.junit.jupiter.api.Test;

class CancellationTest {
  private static final int TIMES = 50;
  private static final double SLACK_SECONDS = 2;
  private final GoldenModel model = new GoldenModel(Golden.open());

  @Test
  void predict_cancelledAtAnyMoment_endsSoonAndLeavesBackendUsable() {
    UnetInput query = model.step(KeyValueRows.SELF, 1);
    try (DiffusionBackend backend = model.open(CrossFrameAttention.NONE, true)) {
      Latents expected = backend.predict(query, Monitor.NONE);
      long start = System.nanoTime();
      backend.predict(query, Monitor.NONE);
      long call = System.nanoTime() - start;
      Random random = new Random(7);
      int cancelled = 0;
      for (int i = 0; i < TIMES; i++) {
        long begin = System.nanoTime();
        long moment = begin + (long) (random.nextDouble() * call);
        try {
          assertThat(backend.predict(query, after(moment))).isEqualTo(expected);
        } catch (CancellationException e) {
          cancelled++;
        }
        assertThat((System.nanoTime() - begin) * 1e-9).isLessThan(call * 2e-9 + SLACK_SECONDS);
      }
      assertThat(cancelled).isPositive();
      assertThat(backend.predict(query, Monitor.NONE)).isEqualTo(expected);
    }
  }

  @Test
  void predict_interrupted_isCancelledAndStaysInterrupted() {
    UnetInput query = model.step(KeyValueRows.SELF, 0);
    try (DiffusionBackend backend = model.open(CrossFrameAttention.NONE, false)) {
      Latents expected = backend.predict(query, Monitor.NONE);
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> backend.predict(query, Monitor.NONE))
          .isInstanceOf(CancellationException.class);
      assertThat(Thread.interrupted()).isTrue();
      assertThat(backend.predict(query, Monitor.NONE)).isEqualTo(expected);
    }
  }

  @Test
  void close_interrupted_closesAllTheSame() {
    DiffusionBackend backend = model.open(CrossFrameAttention.NONE, false);
    Thread.currentThread().interrupt();
    backend.close();
    assertThat(Thread.interrupted()).isTrue();
    assertThatThrownBy(() -> backend.encodeText(List.of("")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
  }

  @Test
  void render_cancelledAtAnyMoment_endsWithinOneModelCallAndLeavesPipelineUsable()
      throws IOException {
    Golden golden = Golden.open();
    Video input = Video.of(model.frames("frames_u8", 1 / 255f).subList(0, 3), FrameRate.DEFAULT);
    RenderRequest request = RenderRequest.of("winter").withSteps(3).withStrength(0.9);
    try (Pipeline pipeline =
        Pipeline.builder()
            .model(golden.model())
            .provider(new OnnxDiffusionBackendProvider())
            .compute(ComputeOptions.AUTO.withDevice("cpu"))
            .crossFrameAttention(CrossFrameAttention.FIRST_AND_PREVIOUS)
            .compute(ComputeOptions.AUTO.withFramesPerCall(2))
            .deflicker(LatentDeflicker.every(1).then(CancellationTest::copy).withFinalPass())
            .build()) {
      List<Frame> expected = pipeline.render(input, request).frames();
      long start = System.nanoTime();
      pipeline.render(input, request);
      long whole = System.nanoTime() - start;
      Random random = new Random(11);
      double latest = 0;
      int cancelled = 0;
      for (int i = 0; i < TIMES; i++) {
        long moment = System.nanoTime() + (long) (random.nextDouble() * whole);
        try {
          assertThat(pipeline.render(input, request, after(moment)).frames()).isEqualTo(expected);
        } catch (CancellationException e) {
          cancelled++;
          latest = Math.max(latest, (System.nanoTime() - moment) * 1e-9);
        }
      }
      System.out.printf(
          "%d of %d renders of %.2f s cancelled, the last %.3f s after it was asked for%n",
          cancelled, TIMES, whole * 1e-9, latest);
      assertThat(cancelled).isPositive();
      assertThat(latest).isLessThan(SLACK_SECONDS);
      assertThat(pipeline.render(input, request).frames()).isEqualTo(expected);
    }
  }

  /** A deflicker that does nothing: decoding and encoding take the time in this test. */
  private static void copy(FrameSource guide, FrameSource style, FrameSink sink, Monitor monitor)
      throws IOException {
    for (Frame frame = style.read(); frame != null; frame = style.read()) {
      sink.write(frame);
    }
  }

  private static Monitor after(long moment) {
    return new Monitor() {
      @Override
      public boolean isCancelled() {
        return System.nanoTime() >= moment;
      }
    };
  }
}
