package org.diffsynth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.diffsynth.deflicker.FramePull;
import org.diffsynth.deflicker.Shots;
import org.diffsynth.diffusion.CrossFrameAttention;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.diffusion.StepListener.StepReport;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Video;
import org.diffsynth.testkit.FakeDiffusionBackend;
import org.diffsynth.testkit.TestFrames;
import org.junit.jupiter.api.Test;

class FramePullTest {

  private static final Video INPUT = TestFrames.pan(4, 24, 16, 1, 0, 40);
  private static final RenderRequest REQUEST =
      RenderRequest.of("winter").withSteps(6).withStrength(0.8).withGuidanceScale(2);

  private static List<StepReport> steps(CrossFrameAttention attention, RenderRequest request)
      throws IOException {
    return steps(INPUT, attention, request);
  }

  private static List<StepReport> steps(
      Video input, CrossFrameAttention attention, RenderRequest request) throws IOException {
    List<StepReport> reports = new ArrayList<>();
    try (Pipeline pipeline =
        Pipeline.builder()
            .model(Path.of("fake"))
            .provider(FakeDiffusionBackend.plain().provider())
            .crossFrameAttention(attention)
            .listener(reports::add)
            .build()) {
      pipeline.render(input, request);
    }
    return reports;
  }

  private static List<StepReport> steps(RenderRequest request) throws IOException {
    return steps(CrossFrameAttention.NONE, request);
  }

  /** 4 steps are run of 6 at strength 0.8; those wholly in the first half are 0 and 1. */
  @Test
  void render_pulled_movesBySoMuchOfTheDifferenceInTheFirstHalf() throws IOException {
    double factor = 2 * 40.0 / (4 * 8 * 12);
    List<StepReport> reports = steps(REQUEST.withFramePull(FramePull.toPrevious().withWeight(40)));

    assertThat(reports).hasSize(4);
    for (int step = 0; step < 3; step++) {
      StepReport report = reports.get(step);
      Latents original = report.prediction().predictedOriginal();
      // With the default scheduler a step adds the noise of the next level.
      Latents plain = reports.get(step + 1).level().addNoise(original, report.prediction().noise());
      for (int frame = 0; frame < 4; frame++) {
        double difference =
            frame == 0 ? 0 : original.at(frame, 1, 3, 5) - (double) original.at(frame - 1, 1, 3, 5);
        double expected = plain.at(frame, 1, 3, 5) - (step < 2 ? factor * difference : 0);
        assertThat((double) report.latents().at(frame, 1, 3, 5)).isCloseTo(expected, within(1e-6));
      }
    }
  }

  /** Frame by frame, as published, or all frames step by step: the same frames are looked at. */
  @Test
  void render_framesOfALongerClip_areThoseOfTheShorterOne() throws IOException {
    RenderRequest request = REQUEST.withFramePull(FramePull.toPrevious().withWeight(40));
    List<StepReport> all = steps(CrossFrameAttention.FIRST_AND_PREVIOUS, request);
    List<StepReport> two = new ArrayList<>();
    try (Pipeline pipeline =
        Pipeline.builder()
            .model(Path.of("fake"))
            .provider(FakeDiffusionBackend.plain().provider())
            .crossFrameAttention(CrossFrameAttention.FIRST_AND_PREVIOUS)
            .listener(two::add)
            .build()) {
      pipeline.render(Video.of(INPUT.frames().subList(0, 2), FrameRate.DEFAULT), request);
    }
    assertThat(two.get(3).latents()).isEqualTo(all.get(3).latents().slice(0, 2));
  }

  @Test
  void render_pulledAcrossACut_leavesTheFirstFrameOfAShot() throws IOException {
    List<Frame> frames = new ArrayList<>(TestFrames.pan(5, 96, 64, 1, 0, 40).frames());
    frames.addAll(TestFrames.pan(5, 96, 64, 1, 0, 7).frames());
    Video joined = Video.of(frames, FrameRate.DEFAULT);
    FramePull pull = FramePull.toPrevious().withWeight(1000);
    assertThat(Shots.detect(joined.open(), Monitor.NONE)).isEqualTo(Shots.startingAt(List.of(5)));

    Latents plain = first(joined, REQUEST);
    Latents pulled = first(joined, REQUEST.withFramePull(pull));
    Latents across = first(joined, REQUEST.withFramePull(pull.withShots(Shots.NONE)));
    Latents listed =
        first(joined, REQUEST.withFramePull(pull.withShots(Shots.startingAt(List.of(5)))));
    assertThat(pulled.slice(5, 6)).isEqualTo(plain.slice(5, 6));
    assertThat(pulled).isEqualTo(listed);
    assertThat(across.slice(5, 6)).isNotEqualTo(plain.slice(5, 6));
    assertThat(across.slice(0, 5)).isEqualTo(pulled.slice(0, 5));
    assertThat(pulled.slice(4, 5)).isNotEqualTo(plain.slice(4, 5));
    assertThat(pulled.slice(6, 7)).isNotEqualTo(plain.slice(6, 7));
  }

  /** Latents after the first step. */
  private static Latents first(Video input, RenderRequest request) throws IOException {
    return steps(input, CrossFrameAttention.NONE, request).get(0).latents();
  }

  @Test
  void render_pulled_bringsNeighboursTogether() throws IOException {
    Latents plain = steps(REQUEST).get(3).latents();
    Latents pulled =
        steps(REQUEST.withFramePull(FramePull.toPrevious().withWeight(20).withUntil(1)))
            .get(3)
            .latents();
    assertThat(meanSquare(pulled)).isLessThan(0.8 * meanSquare(plain));
    assertThat(pulled.slice(0, 1)).isEqualTo(plain.slice(0, 1));
  }

  private static double meanSquare(Latents latents) {
    float[] x = latents.toArray();
    double sum = 0;
    for (int i = latents.frameSize(); i < x.length; i++) {
      double difference = x[i] - (double) x[i - latents.frameSize()];
      sum += difference * difference;
    }
    return sum / (x.length - latents.frameSize());
  }

  @Test
  void pullsAt_fiftySteps_areTheReleasedTwentySix() {
    FramePull pull = FramePull.toPrevious();
    assertThat(pull.pullsAt(25, 50)).isTrue();
    assertThat(pull.pullsAt(26, 50)).isFalse();
    assertThat(pull.withUntil(0.3).pullsAt(2, 10)).isTrue();
  }

  @Test
  void render_whereItDoesNotFit_isRefusedWithTheReason() throws IOException {
    assertThatThrownBy(() -> steps(REQUEST.withFramePull(FramePull.toPrevious().withWeight(200))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "weight must be at most 192.0 at 24x16, where a frame becomes the previous frame, but was 200.0");
    try (Pipeline pipeline =
        Pipeline.builder()
            .model(Path.of("fake"))
            .provider(FakeDiffusionBackend.plain().provider())
            .build()) {
      assertThatThrownBy(
              () ->
                  pipeline.generate(
                      2,
                      FrameRate.DEFAULT,
                      RenderRequest.of("x")
                          .withSize(24, 16)
                          .withFramePull(FramePull.toRemappedPrevious()),
                      Monitor.NONE))
          .hasMessage("a frame pull along the motion needs an input video");
    }
    assertThatThrownBy(() -> FramePull.toPrevious().withWeight(0))
        .hasMessage("weight must be above 0 and finite, but was 0.0");
    assertThatThrownBy(() -> FramePull.toPrevious().withUntil(1.5))
        .hasMessage("until must be in (0, 1], but was 1.5");
  }
}
