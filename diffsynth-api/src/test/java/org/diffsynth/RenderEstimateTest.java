package org.diffsynth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import org.diffsynth.deflicker.Deflicker;
import org.diffsynth.deflicker.LatentDeflicker;
import org.diffsynth.diffusion.CrossFrameAttention;
import org.diffsynth.diffusion.CrossFrameAttention.FrameRef;
import org.diffsynth.diffusion.RenderEstimate;
import org.diffsynth.diffusion.RenderEstimate.Change;
import org.diffsynth.diffusion.RenderEstimate.Saving;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.VideoFormat;
import org.diffsynth.testkit.FakeDiffusionBackend;
import org.junit.jupiter.api.Test;

/** The estimate counts what a run does, and times it by calls that take a known time. */
class RenderEstimateTest {

  private static final int FRAMES = 20;
  private static final long CALL_MILLIS = 20;
  private static final VideoFormat FORMAT =
      new VideoFormat(new FrameSize(24, 16), FrameRate.of(24), FRAMES);
  private static final Deflicker COPY =
      (guide, style, sink, monitor) -> {
        for (Frame frame = style.read(); frame != null; frame = style.read()) {
          sink.write(frame);
        }
      };

  private static RenderEstimate estimate(CrossFrameAttention attention, RenderRequest request)
      throws IOException {
    FakeDiffusionBackend backend = FakeDiffusionBackend.plain().onCall(RenderEstimateTest::wait);
    try (Pipeline pipeline =
        Pipeline.builder()
            .model(Path.of("fake"))
            .provider(backend.provider())
            .crossFrameAttention(attention)
            .build()) {
      return pipeline.estimate(FORMAT, true, request, Monitor.NONE);
    }
  }

  private static void wait(String call) {
    try {
      Thread.sleep(call.equals("text") ? 0 : CALL_MILLIS);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void estimate_plainRun_countsCallsAndTimesThem() throws IOException {
    RenderEstimate estimate =
        estimate(CrossFrameAttention.NONE, RenderRequest.of("winter").withSteps(10));
    // The fake recommends 4 rows for a call, which are 2 frames with two branches of guidance.
    assertThat(estimate.modelCalls()).isEqualTo(10 * FRAMES / 2);
    assertThat(estimate.modelRows()).isEqualTo(10 * FRAMES * 2);
    // 100 calls and 20 decodings of 20 ms.
    long least = (100 + FRAMES) * CALL_MILLIS;
    assertThat(estimate.time().toMillis()).isBetween(least, 4 * least);
    assertThat(estimate.savings())
        .extracting(Saving::change)
        .containsExactly(Change.EVERY_FIFTH_FRAME, Change.EIGHT_STEPS, Change.NO_GUIDANCE);
    assertThat(estimate.latentBytes()).isEqualTo(4L * 4 * FRAMES * 4 * 8 * 12);
    assertThat(estimate.diskBytes()).isEqualTo(3L * FRAMES * 24 * 16);
  }

  @Test
  void estimate_expensiveSettings_namesTheChangesThatSaveMost() throws IOException {
    RenderEstimate estimate =
        estimate(
            CrossFrameAttention.pattern(
                FrameRef.FIRST, FrameRef.PREVIOUS, FrameRef.SELF, FrameRef.NEXT),
            RenderRequest.of("winter")
                .withSteps(8)
                .withStrength(0.5)
                .withGuidanceScale(1)
                .withDeflicker(LatentDeflicker.every(1).then(COPY)));
    assertThat(estimate.savings())
        .extracting(Saving::change)
        .containsExactly(
            Change.TINY_LOOP_VAE,
            Change.FIRST_AND_PREVIOUS,
            Change.DEFLICKER_EVERY_FIFTH_STEP,
            Change.EVERY_FIFTH_FRAME);
    for (Saving saving : estimate.savings()) {
      assertThat(saving.time()).isLessThan(estimate.time());
    }
  }

  @Test
  void estimate_unknownLength_isRefused() throws IOException {
    try (Pipeline pipeline =
        Pipeline.builder()
            .model(Path.of("fake"))
            .provider(FakeDiffusionBackend.plain().provider())
            .build()) {
      VideoFormat unknown = FORMAT.withFrameCount(VideoFormat.UNKNOWN_COUNT);
      assertThatThrownBy(
              () -> pipeline.estimate(unknown, true, RenderRequest.of("x"), Monitor.NONE))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("frameCount must be known");
    }
  }
}
