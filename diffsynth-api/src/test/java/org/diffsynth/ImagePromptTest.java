package org.diffsynth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.diffsynth.testkit.LatentsDistance.assertClose;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.diffusion.ClipStart.MotionWarp;
import org.diffsynth.diffusion.CrossFrameAttention;
import org.diffsynth.diffusion.CrossFrameAttention.FrameRef;
import org.diffsynth.diffusion.Embedding;
import org.diffsynth.diffusion.ImagePrompt;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.diffusion.StepListener.StepReport;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Video;
import org.diffsynth.request.Conditioning.ReferencePicture;
import org.diffsynth.spi.UnetInput.ImageInput;
import org.diffsynth.testkit.FakeDiffusionBackend;
import org.diffsynth.testkit.TestFrames;
import org.junit.jupiter.api.Test;

/** Image prompts over a linear fake: which row sees which picture. */
class ImagePromptTest {

  private static final int FRAMES = 5;
  private static final Video INPUT = TestFrames.pan(FRAMES, 24, 16, 1, 0, 40);
  private static final RenderRequest REQUEST =
      RenderRequest.of("winter").withSteps(2).withGuidanceScale(3);
  private static final List<Embedding> PICTURES =
      IntStream.range(0, FRAMES).mapToObj(i -> picture(0.1f * (i + 1))).toList();

  private static Embedding picture(float value) {
    return Embedding.of(1, 2, new float[] {value, value});
  }

  private static Pipeline.Builder builder(FakeDiffusionBackend backend) {
    return Pipeline.builder().model(Path.of("fake")).provider(backend.provider());
  }

  private static Latents result(Pipeline.Builder builder, RenderRequest request)
      throws IOException {
    List<StepReport> reports = new ArrayList<>();
    try (Pipeline pipeline = builder.listener(reports::add).build()) {
      pipeline.render(INPUT, request);
    }
    return reports.get(reports.size() - 1).latents();
  }

  /** The released code splits the tokens of one picture among the frames of a batch. */
  @Test
  void render_pictureForEachFrame_isTheSameForAnyChunk() throws IOException {
    RenderRequest request = REQUEST.withImagePrompt(ImagePrompt.perFrame(PICTURES).withScale(0.8f));
    for (CrossFrameAttention attention :
        List.of(
            CrossFrameAttention.NONE,
            CrossFrameAttention.FIRST_AND_PREVIOUS,
            CrossFrameAttention.pattern(
                FrameRef.FIRST, FrameRef.PREVIOUS, FrameRef.SELF, FrameRef.NEXT))) {
      Pipeline.Builder builder =
          builder(FakeDiffusionBackend.plain()).crossFrameAttention(attention);
      Latents whole = result(builder.compute(ComputeOptions.AUTO.withFramesPerCall(100)), request);
      for (int chunk : new int[] {1, 2, 3}) {
        assertClose(
            result(builder.compute(ComputeOptions.AUTO.withFramesPerCall(chunk)), request),
            whole,
            1e-5);
      }
      assertClose(
          result(
              builder.compute(
                  ComputeOptions.AUTO.withFramesPerCall(1).withGuidanceInTwoCalls(true)),
              request),
          whole,
          1e-5);
    }
  }

  @Test
  void render_onePicture_isAllFrames() throws IOException {
    Latents one =
        result(
            builder(FakeDiffusionBackend.plain()),
            REQUEST.withImagePrompt(ImagePrompt.of(PICTURES.get(2))));
    Latents each =
        result(
            builder(FakeDiffusionBackend.plain()),
            REQUEST.withImagePrompt(
                ImagePrompt.perFrame(java.util.Collections.nCopies(FRAMES, PICTURES.get(2)))));
    assertThat(one).isEqualTo(each);
    assertThat(one).isNotEqualTo(result(builder(FakeDiffusionBackend.plain()), REQUEST));
  }

  @Test
  void render_withReferencesAndALoneFirstFrame_numbersPicturesByTheClip() throws IOException {
    FakeDiffusionBackend backend = FakeDiffusionBackend.plain();
    result(
        builder(backend)
            .crossFrameAttention(CrossFrameAttention.gather(FrameRef.SELF, FrameRef.reference(0)))
            .compute(ComputeOptions.AUTO.withFramesPerCall(3)),
        REQUEST
            .withStart(MotionWarp.of(1, 1).withLevels(0, 0.5))
            .withReferences(List.of(ReferencePicture.of(INPUT.frame(0))))
            .withImagePrompt(ImagePrompt.perFrame(PICTURES)));

    List<List<Embedding>> seen =
        backend.calls().stream()
            .map(asked -> asked.input().image())
            .map(Optional::orElseThrow)
            .map(ImageInput::rows)
            .toList();
    // The reference rides in front and sees the first frame's.
    assertThat(seen.get(0)).containsExactly(PICTURES.get(0), PICTURES.get(0));
    assertThat(seen.get(1)).containsExactly(PICTURES.get(0), PICTURES.get(0), PICTURES.get(1));
    assertThat(seen.get(2)).containsExactly(PICTURES.get(0), PICTURES.get(2), PICTURES.get(3));
  }

  @Test
  void keyframes_pictureForEachFrame_areThoseOfTheKeys() throws IOException {
    FakeDiffusionBackend backend = FakeDiffusionBackend.plain();
    RenderRequest request = REQUEST.withImagePrompt(ImagePrompt.perFrame(PICTURES));
    try (Pipeline pipeline =
        builder(backend).compute(ComputeOptions.AUTO.withFramesPerCall(9)).build()) {
      // There is no engine to interpolate frames; the check of the request comes before that.
      assertThatThrownBy(
              () -> KeyframeRendering.every(3).render(pipeline, INPUT, request, Monitor.NONE))
          .hasMessageContaining("no patch matcher");
      assertThat(backend.calls().get(0).input().image().orElseThrow().rows())
          .containsExactly(PICTURES.get(0), PICTURES.get(3), PICTURES.get(4));
      RenderRequest two = request.withImagePrompt(ImagePrompt.perFrame(PICTURES.subList(0, 2)));
      assertThatThrownBy(
              () -> KeyframeRendering.every(3).render(pipeline, INPUT, two, Monitor.NONE))
          .hasMessage(
              "the image prompt must have 1 embedding or 5 embeddings as the clip, but had 2");
    }
  }

  @Test
  void render_promptThatDoesNotFit_isRefusedWithBothShapes() throws IOException {
    Embedding wide = Embedding.of(1, 3, new float[3]);
    assertThatThrownBy(
            () ->
                result(
                    builder(FakeDiffusionBackend.plain()),
                    REQUEST.withImagePrompt(ImagePrompt.of(wide))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("image embeddings for fake must have the shape (any, 2), but had (1, 3)");
    assertThatThrownBy(
            () ->
                result(
                    builder(FakeDiffusionBackend.plain()),
                    REQUEST.withImagePrompt(ImagePrompt.perFrame(PICTURES.subList(0, 2)))))
        .hasMessage(
            "the image prompt must have 1 embedding or 5 embeddings as the clip, but had 2");
    assertThatThrownBy(() -> ImagePrompt.of(wide).withScale(-1))
        .hasMessage("scale must be in [0, 10], but was -1.0");
    assertThatThrownBy(() -> ImagePrompt.perFrame(List.of(wide, PICTURES.get(0))))
        .hasMessage("embeddings must have one shape, but had (1, 3) and (1, 2)");
    assertThatThrownBy(() -> Embedding.of(1, 1, new float[] {Float.NaN}))
        .hasMessage("samples must be finite, but sample 0 was NaN");
  }
}
