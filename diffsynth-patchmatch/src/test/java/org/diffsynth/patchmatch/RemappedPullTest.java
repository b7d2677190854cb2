package org.diffsynth.patchmatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.diffsynth.Pipeline;
import org.diffsynth.RenderRequest;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.deflicker.FramePull;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.diffusion.StepListener.StepReport;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Video;
import org.diffsynth.match.NearestNeighborField;
import org.diffsynth.match.PatchMatchOptions;
import org.diffsynth.match.QuantizedLatents;
import org.diffsynth.spi.PatchMatcher;
import org.diffsynth.testkit.FakeDiffusionBackend;
import org.diffsynth.testkit.TestFrames;
import org.junit.jupiter.api.Test;

/** Pulls toward the frame before, carried along the input's motion. */
class RemappedPullTest {

  /** Content goes four pixels to the left a frame: two of the fake's latents. */
  private static final Video INPUT = TestFrames.pan(4, 96, 64, 4, 0, 30);

  private static final FramePull PULL = FramePull.toRemappedPrevious().withWeight(3000);
  private static final RenderRequest REQUEST =
      RenderRequest.of("winter").withSteps(4).withStrength(0.5).withGuidanceScale(1);

  private static List<StepReport> run(Video input, RenderRequest request) throws IOException {
    List<StepReport> reports = new ArrayList<>();
    try (Pipeline pipeline =
        Pipeline.builder()
            .model(Path.of("fake"))
            .provider(FakeDiffusionBackend.plain().provider())
            .compute(ComputeOptions.AUTO.withEngine("cpu-scalar").withThreads(1))
            .listener(reports::add)
            .build()) {
      pipeline.render(input, request);
    }
    return reports;
  }

  @Test
  void render_movingInput_pullsTowardWhereThingsWere() throws IOException {
    StepReport report = run(INPUT, REQUEST.withFramePull(PULL.withUntil(1))).get(0);
    StepReport next = run(INPUT, REQUEST).get(1);
    Latents original = report.prediction().predictedOriginal();
    Latents plain = next.level().addNoise(original, report.prediction().noise());
    double factor = 2 * 3000.0 / original.frameSize();
    int followed = 0;
    int all = 0;
    for (int frame = 1; frame < 4; frame++) {
      for (int y = 4; y < 28; y++) {
        for (int x = 4; x < 40; x++) {
          double difference =
              original.at(frame, 1, y, x) - (double) original.at(frame - 1, 1, y, x + 2);
          double expected = plain.at(frame, 1, y, x) - factor * difference;
          followed += Math.abs(report.latents().at(frame, 1, y, x) - expected) < 1e-6 ? 1 : 0;
          all++;
        }
      }
    }
    // The match is the true motion nearly everywhere inside.
    assertThat((double) followed / all).isGreaterThan(0.97);
    assertThat(report.latents().slice(0, 1)).isEqualTo(plain.slice(0, 1));
  }

  @Test
  void render_matchedEstimates_pullsTowardTheBestMatchOfEachEstimate() throws IOException {
    FramePull pull = FramePull.toMatchedPrevious().withWeight(3000).withUntil(1);
    StepReport report = run(INPUT, REQUEST.withFramePull(pull)).get(0);
    StepReport next = run(INPUT, REQUEST).get(1);
    Latents original = report.prediction().predictedOriginal();
    Latents plain = next.level().addNoise(original, report.prediction().noise());
    double factor = 2 * 3000.0 / original.frameSize();
    for (int frame = 1; frame < 4; frame++) {
      NearestNeighborField field;
      try (PatchMatcher matcher =
          new ScalarPatchMatcherProvider().open(PatchMatchOptions.DEFAULT, 1)) {
        field = matcher.matchLatents(quantized(original, frame - 1), quantized(original, frame));
      }
      for (int y = 0; y < original.height(); y++) {
        for (int x = 0; x < original.width(); x++) {
          double difference =
              original.at(frame, 1, y, x)
                  - (double) original.at(frame - 1, 1, field.sourceY(x, y), field.sourceX(x, y));
          double expected = plain.at(frame, 1, y, x) - factor * difference;
          assertThat((double) report.latents().at(frame, 1, y, x))
              .isCloseTo(expected, within(1e-5));
        }
      }
    }
    assertThat(report.latents().slice(0, 1)).isEqualTo(plain.slice(0, 1));
  }

  @Test
  void render_acrossACut_pullsTheFramesOfEachShotOnly() throws IOException {
    List<Frame> frames = new ArrayList<>(INPUT.frames());
    frames.addAll(TestFrames.pan(3, 96, 64, 1, 0, 7).frames());
    Video joined = Video.of(frames, FrameRate.DEFAULT);
    Latents plain = run(joined, REQUEST).get(0).latents();
    for (FramePull pull : List.of(PULL, FramePull.toMatchedPrevious().withWeight(3000))) {
      Latents pulled = run(joined, REQUEST.withFramePull(pull)).get(0).latents();
      assertThat(pulled.slice(4, 5)).isEqualTo(plain.slice(4, 5));
      assertThat(pulled.slice(3, 4)).isNotEqualTo(plain.slice(3, 4));
      assertThat(pulled.slice(5, 6)).isNotEqualTo(plain.slice(5, 6));
    }
  }

  private static QuantizedLatents quantized(Latents latents, int frame) {
    return QuantizedLatents.of(
        latents.height(), latents.width(), latents.slice(frame, frame + 1).toArray());
  }

  @Test
  void generate_matchedEstimates_needsNoInput() throws IOException {
    List<StepReport> reports = new ArrayList<>();
    try (Pipeline pipeline =
        Pipeline.builder()
            .model(Path.of("fake"))
            .provider(FakeDiffusionBackend.plain().provider())
            .compute(ComputeOptions.AUTO.withEngine("cpu-scalar").withThreads(1))
            .listener(reports::add)
            .build()) {
      pipeline.generate(
          3,
          FrameRate.DEFAULT,
          RenderRequest.of("winter")
              .withSteps(2)
              .withSize(24, 16)
              .withFramePull(FramePull.toMatchedPrevious()),
          Monitor.NONE);
      assertThatThrownBy(
              () ->
                  pipeline.generate(
                      2,
                      FrameRate.DEFAULT,
                      RenderRequest.of("winter")
                          .withSize(8, 8)
                          .withFramePull(FramePull.toMatchedPrevious().withWeight(10)),
                      Monitor.NONE))
          .hasMessage(
              "a frame pull along matched estimates needs latents of at least 5x5, but had 4x4");
    }
    assertThat(reports).hasSize(2);
  }

  @Test
  void render_stillInput_isThePublishedPull() throws IOException {
    Video still = TestFrames.pan(3, 96, 64, 0, 0, 30);
    Latents remapped = last(run(still, REQUEST.withFramePull(PULL)));
    Latents plain =
        last(run(still, REQUEST.withFramePull(FramePull.toPrevious().withWeight(3000))));
    assertThat(remapped.toArray()).containsExactly(plain.toArray(), within(1e-6f));
  }

  private static Latents last(List<StepReport> reports) {
    return reports.get(reports.size() - 1).latents();
  }

  @Test
  void render_latentsSmallerThanAPatch_isRefused() {
    Video tiny = TestFrames.pan(2, 8, 8, 1, 0, 30);
    assertThatThrownBy(() -> run(tiny, REQUEST.withFramePull(PULL.withWeight(10))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a frame pull along the motion needs latents of at least 5x5, but had 4x4");
  }
}
