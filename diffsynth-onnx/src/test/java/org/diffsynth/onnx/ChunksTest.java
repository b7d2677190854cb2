package org.diffsynth.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.diffsynth.Pipeline;
import org.diffsynth.RenderRequest;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.diffusion.CrossFrameAttention;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.Video;
import org.diffsynth.onnx.golden.Golden;
import org.diffsynth.onnx.golden.GoldenModel;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The number of frames in one model call must not change the result, beyond rounding. */
class ChunksTest {
  private static final double ROUNDING = 1e-5;

  static Stream<CrossFrameAttention> modes() {
    return Stream.of(CrossFrameAttention.FIRST_FRAME, CrossFrameAttention.FIRST_AND_PREVIOUS);
  }

  @ParameterizedTest
  @MethodSource("modes")
  void render_anyChunk_givesTheSame(CrossFrameAttention attention) throws IOException {
    Latents whole = latents(attention, 100);

    assertThat(latents(attention, 100)).isEqualTo(whole);
    for (int chunk = 1; chunk <= 3; chunk++) {
      assertThat(distance(latents(attention, chunk), whole))
          .as("chunks of " + chunk)
          .isLessThan(ROUNDING);
    }
  }

  private static Latents latents(CrossFrameAttention attention, int chunk) throws IOException {
    Golden golden = Golden.open();
    Video input =
        Video.of(
            new GoldenModel(golden).frames("frames_u8", 1 / 255f).subList(0, 5), FrameRate.DEFAULT);
    List<Latents> last = new ArrayList<>();
    try (Pipeline pipeline =
        Pipeline.builder()
            .model(golden.model())
            .provider(new OnnxDiffusionBackendProvider())
            .compute(ComputeOptions.AUTO.withDevice("cpu").withThreads(2))
            .crossFrameAttention(attention)
            .compute(ComputeOptions.AUTO.withFramesPerCall(chunk))
            .listener(report -> last.add(report.latents()))
            .build()) {
      pipeline.render(input, RenderRequest.of("winter").withSteps(2).withStrength(0.5));
    }
    return last.get(last.size() - 1);
  }

  /** Largest accepted difference, relative to the largest value. */
  private static double distance(Latents a, Latents b) {
    float[] x = a.toArray();
    float[] y = b.toArray();
    double worst = 0;
    double largest = 0;
    for (int i = 0; i < x.length; i++) {
      worst = Math.max(worst, Math.abs(x[i] - y[i]));
      largest = Math.max(largest, Math.abs(y[i]));
    }
    return worst / largest;
  }
}
