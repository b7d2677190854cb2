package org.diffsynth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.diffsynth.testkit.LatentsDistance.assertClose;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.diffusion.CrossFrameAttention;
import org.diffsynth.diffusion.CrossFrameAttention.FrameRef;
import org.diffsynth.diffusion.Embedding;
import org.diffsynth.diffusion.InitialNoise;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.diffusion.StepListener.StepReport;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Video;
import org.diffsynth.request.Conditioning.ReferencePicture;
import org.diffsynth.request.Conditioning.StackedPoses;
import org.diffsynth.spi.UnetInput;
import org.diffsynth.testkit.FakeDiffusionBackend;
import org.diffsynth.testkit.TestFrames;
import org.junit.jupiter.api.Test;

/** DreamPose's stack of five maps and its guidance by two scales, over a linear fake. */
class StackedPosesTest {

  private static final int FRAMES = 4;
  private static final Video INPUT = TestFrames.pan(FRAMES, 24, 16, 1, 0, 40);
  private static final Video MAPS = maps(FRAMES);
  private static final RenderRequest REQUEST =
      RenderRequest.of("winter").withNegativePrompt("blurred").withSteps(2).withGuidanceScale(8);

  /** Map k has red k/10 at the left half, (k+1)/10 at the right, and green 1 − k/10. */
  private static Video maps(int frames) {
    List<Frame> maps = new ArrayList<>();
    for (int k = 0; k < frames; k++) {
      float[] rgb = new float[24 * 16 * 3];
      for (int i = 0; i < rgb.length; i += 3) {
        rgb[i] = (k + (i / 3 % 24 < 12 ? 0 : 1)) / 10f;
        rgb[i + 1] = 1 - k / 10f;
      }
      maps.add(Frame.ofFloat(24, 16, rgb));
    }
    return Video.of(maps, FrameRate.DEFAULT);
  }

  private static Pipeline.Builder builder(FakeDiffusionBackend backend) {
    return Pipeline.builder().model(Path.of("fake")).provider(backend.provider());
  }

  private static List<StepReport> steps(Pipeline.Builder builder, RenderRequest request)
      throws IOException {
    List<StepReport> reports = new ArrayList<>();
    try (Pipeline pipeline = builder.listener(reports::add).build()) {
      pipeline.render(INPUT, request);
    }
    return reports;
  }

  @Test
  void render_maps_areStackedFromTwoBeforeToTwoAfter() throws IOException {
    FakeDiffusionBackend backend = FakeDiffusionBackend.plain();
    steps(
        builder(backend).compute(ComputeOptions.AUTO.withFramesPerCall(8)),
        REQUEST.withStackedPoses(StackedPoses.of(MAPS)));

    List<UnetInput> asked = backend.calls().stream().map(it -> it.input()).toList();
    // Both sides without poses, then the prompt with them.
    assertThat(asked.get(0).channels()).isEmpty();
    assertThat(asked.get(0).conditionings()).hasSize(2);
    Latents stacks = asked.get(1).channels().orElseThrow();
    assertThat(asked.get(1).conditionings()).containsExactly(asked.get(0).conditionings().get(1));
    assertThat(stacks.shape()).isEqualTo("(4, 10, 8, 12)");
    int[][] shown = {{0, 0, 0, 1, 2}, {1, 0, 1, 2, 3}, {0, 1, 2, 3, 2}, {1, 2, 3, 3, 3}};
    for (int frame = 0; frame < FRAMES; frame++) {
      for (int place = 0; place < 5; place++) {
        int map = shown[frame][place];
        assertThat(stacks.at(frame, 2 * place, 3, 2)).isCloseTo(map / 5f - 1, within(1e-5f));
        assertThat(stacks.at(frame, 2 * place, 3, 9)).isCloseTo((map + 1) / 5f - 1, within(1e-5f));
        assertThat(stacks.at(frame, 2 * place + 1, 3, 2)).isCloseTo(1 - map / 5f, within(1e-5f));
      }
    }
  }

  @Test
  void render_twoScales_goFromNothingOverThePromptToThePoses() throws IOException {
    for (double guidance : new double[] {1, 8}) {
      StepReport report =
          steps(
                  builder(FakeDiffusionBackend.plain()),
                  REQUEST
                      .withGuidanceScale(guidance)
                      .withStackedPoses(StackedPoses.of(MAPS).withScale(3)))
              .get(0);
      float x = InitialNoise.seeded(0).firstFrame(4, 8, 12).at(0, 2, 3, 2);
      double same = 0.77 * x + 0.0001 * report.level().timestep();
      double negative = same + 0.3 * 0.7;
      double prompt = same + 0.3 * 0.6;
      double both = prompt;
      int[] shown = {1, 0, 1, 2, 3}; // of frame 1
      for (int place = 0; place < 5; place++) {
        both += 0.01 * (2 * place + 1) * (shown[place] / 5.0 - 1);
        both += 0.01 * (2 * place + 2) * (1 - shown[place] / 5.0);
      }
      double expected = negative + guidance * (prompt - negative) + 3 * (both - prompt);
      assertThat((double) report.prediction().noise().at(1, 2, 3, 2))
          .isCloseTo(expected, within(1e-5));
    }
  }

  @Test
  void render_anyChunk_givesTheSame() throws IOException {
    RenderRequest request =
        REQUEST
            .withStackedPoses(StackedPoses.of(MAPS))
            .withReferences(List.of(ReferencePicture.of(INPUT.frame(0))));
    for (CrossFrameAttention attention :
        List.of(
            CrossFrameAttention.FIRST_FRAME.withFrames(FrameRef.reference(0)),
            CrossFrameAttention.pattern(FrameRef.PREVIOUS, FrameRef.SELF, FrameRef.NEXT))) {
      Pipeline.Builder builder =
          builder(FakeDiffusionBackend.plain()).crossFrameAttention(attention);
      Latents whole =
          steps(builder.compute(ComputeOptions.AUTO.withFramesPerCall(100)), request)
              .get(1)
              .latents();
      Latents chunked =
          steps(builder.compute(ComputeOptions.AUTO.withFramesPerCall(2)), request)
              .get(1)
              .latents();
      assertClose(chunked, whole, 1e-5);
      assertClose(
          steps(
                  builder.compute(
                      ComputeOptions.AUTO.withFramesPerCall(2).withGuidanceInTwoCalls(true)),
                  request)
              .get(1)
              .latents(),
          whole,
          1e-5);
    }
  }

  @Test
  void render_promptEmbedding_takesThePromptsPlace() throws IOException {
    FakeDiffusionBackend backend = FakeDiffusionBackend.plain();
    Embedding embedding = Embedding.of(2, 1, new float[] {0.9f, 0.9f});
    steps(builder(backend), REQUEST.withPromptEmbedding(embedding));
    assertThat(backend.calls().get(0).input().conditionings())
        .extracting(side -> side.text().toArray()[0])
        .containsExactly(0f, 0.9f);
  }

  @Test
  void render_whereItDoesNotFit_isRefusedWithTheReason() throws IOException {
    assertThatThrownBy(
            () ->
                steps(
                    builder(FakeDiffusionBackend.plain()),
                    REQUEST.withStackedPoses(StackedPoses.of(maps(3)))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("stacked poses must have 4 maps as the clip, but had 3");
    assertThatThrownBy(
            () ->
                steps(
                    builder(FakeDiffusionBackend.plain())
                        .crossFrameAttention(CrossFrameAttention.FIRST_AND_PREVIOUS),
                    REQUEST.withStackedPoses(StackedPoses.of(MAPS))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("use an attention without the previous frame");
    assertThatThrownBy(() -> StackedPoses.of(MAPS).withScale(-1))
        .hasMessage("scale must be in [0, 100], but was -1.0");
    try (Pipeline pipeline = builder(FakeDiffusionBackend.plain()).build()) {
      assertThatThrownBy(
              () ->
                  KeyframeRendering.every(2)
                      .render(
                          pipeline,
                          INPUT,
                          REQUEST.withStackedPoses(StackedPoses.of(MAPS)),
                          Monitor.NONE))
          .hasMessage(
              "every must be 1 with stacked poses, which are those of neighboring frames, but was 2");
    }
  }
}
