package org.diffsynth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.diffsynth.testkit.LatentsDistance.assertClose;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.control.Annotator;
import org.diffsynth.control.ControlNet;
import org.diffsynth.deflicker.Deflicker;
import org.diffsynth.deflicker.LatentDeflicker;
import org.diffsynth.diffusion.CrossFrameAttention;
import org.diffsynth.diffusion.CrossFrameAttention.FrameRef;
import org.diffsynth.diffusion.InitialNoise;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.diffusion.Scheduler;
import org.diffsynth.diffusion.Scheduler.TimestepSpacing;
import org.diffsynth.diffusion.StepListener.StepReport;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Video;
import org.diffsynth.request.Conditioning.ReferencePicture;
import org.diffsynth.spi.DiffusionSettings;
import org.diffsynth.spi.UnetInput.ControlInput;
import org.diffsynth.testkit.FakeDiffusionBackend;
import org.diffsynth.testkit.TestFrames;
import org.junit.jupiter.api.Test;

/** The denoising loop over a linear fake: which calls it makes, and what never changes a result. */
class PipelineTest {

  private static final int FRAMES = 5;
  private static final Video INPUT = TestFrames.pan(FRAMES, 24, 16, 1, 0, 40);
  private static final RenderRequest REQUEST =
      RenderRequest.of("winter").withNegativePrompt("blurred").withSteps(6).withSeed(3);

  private static Pipeline.Builder builder(FakeDiffusionBackend backend) {
    return Pipeline.builder().model(Path.of("fake")).provider(backend.provider());
  }

  private static FakeDiffusionBackend withNets(ControlNet... nets) {
    return new FakeDiffusionBackend(
        DiffusionSettings.of(Path.of("fake")).withControlNets(List.of(nets)));
  }

  private static List<StepReport> steps(Pipeline.Builder builder, RenderRequest request)
      throws IOException {
    List<StepReport> reports = new ArrayList<>();
    try (Pipeline pipeline = builder.listener(reports::add).build()) {
      pipeline.render(INPUT, request);
    }
    return reports;
  }

  private static Latents result(Pipeline.Builder builder, RenderRequest request)
      throws IOException {
    List<StepReport> reports = steps(builder, request);
    return reports.get(reports.size() - 1).latents();
  }

  @Test
  void render_result_isTheDecodedLatentsAt16Bits() throws IOException {
    List<StepReport> reports = new ArrayList<>();
    FakeDiffusionBackend backend = FakeDiffusionBackend.plain();
    Video result;
    try (Pipeline pipeline = builder(backend).listener(reports::add).build()) {
      result = pipeline.render(INPUT, REQUEST);
    }

    List<Frame> decoded = backend.decode(reports.get(5).latents(), Monitor.NONE);
    assertThat(result.format()).isEqualTo(INPUT.format());
    assertThat(result.frames())
        .isEqualTo(decoded.stream().map(frame -> frame.as(Frame.Depth.UINT16)).toList());
  }

  @Test
  void render_everyAttentionMode_givesTheSameForAnyChunkAndAnyWayOfGuidance() throws IOException {
    for (CrossFrameAttention attention :
        List.of(
            CrossFrameAttention.NONE,
            CrossFrameAttention.FIRST_FRAME,
            CrossFrameAttention.FIRST_AND_PREVIOUS,
            CrossFrameAttention.gather(FrameRef.PREVIOUS),
            CrossFrameAttention.pattern(
                FrameRef.FIRST, FrameRef.PREVIOUS, FrameRef.SELF, FrameRef.NEXT),
            CrossFrameAttention.FIRST_FRAME.withFrames(FrameRef.reference(0)))) {
      RenderRequest request =
          REQUEST
              .withStrength(0.7)
              .withReferences(
                  Collections.nCopies(
                      attention.references(), ReferencePicture.of(TestFrames.texture(24, 16, 5))));
      Latents whole =
          result(
              builder(FakeDiffusionBackend.plain())
                  .crossFrameAttention(attention)
                  .compute(ComputeOptions.AUTO.withFramesPerCall(1000)),
              request);
      for (int chunk : new int[] {1, 2, 3}) {
        Pipeline.Builder chunked =
            builder(FakeDiffusionBackend.plain())
                .crossFrameAttention(attention)
                .compute(ComputeOptions.AUTO.withFramesPerCall(chunk));
        assertClose(result(chunked, request), whole, 1e-5);
        assertClose(
            result(
                chunked.compute(
                    ComputeOptions.AUTO.withFramesPerCall(chunk).withGuidanceInTwoCalls(true)),
                request),
            whole,
            1e-5);
      }
    }
  }

  @Test
  void render_differentModes_giveDifferentResults() throws IOException {
    RenderRequest request = REQUEST.withStrength(0.7);
    List<Latents> results = new ArrayList<>();
    for (CrossFrameAttention attention :
        List.of(
            CrossFrameAttention.NONE,
            CrossFrameAttention.FIRST_FRAME,
            CrossFrameAttention.FIRST_AND_PREVIOUS,
            CrossFrameAttention.joint(5, 5))) {
      results.add(
          result(builder(FakeDiffusionBackend.plain()).crossFrameAttention(attention), request));
    }

    assertThat(results).doesNotHaveDuplicates();
  }

  @Test
  void render_guidanceOne_asksForThePromptOnly() throws IOException {
    FakeDiffusionBackend backend = FakeDiffusionBackend.plain();
    result(builder(backend), REQUEST.withGuidanceScale(1));

    assertThat(backend.calls())
        .allSatisfy(
            asked ->
                assertThat(asked.input().conditionings())
                    .singleElement()
                    .matches(conditioning -> !conditioning.negative()));
  }

  @Test
  void render_controlNets_runAtTheirScaleInTheirPartOfTheRun() throws IOException {
    ControlNet whole =
        ControlNet.of("whole", Path.of("a")).withScale(0.5f).withAnnotator(Annotator.IDENTITY);
    ControlNet early =
        ControlNet.of("early", Path.of("b"))
            .withRange(0, 0.5)
            .withAnnotator(
                frame -> {
                  throw new AssertionError("the request brings its control video");
                });
    ControlNet never = ControlNet.of("never", Path.of("c")).withScale(0);
    FakeDiffusionBackend backend = withNets(whole, early, never).withRowsPerCall(100);

    result(
        builder(backend).controlNet(whole).controlNet(early).controlNet(never),
        REQUEST.withControlVideos(Map.of("early", TestFrames.pan(FRAMES, 24, 16, 1, 0, 60))));

    assertThat(backend.calls())
        .extracting(asked -> asked.input().controls().stream().map(ControlInput::name).toList())
        .containsExactly(
            List.of("whole", "early"),
            List.of("whole", "early"),
            List.of("whole", "early"),
            List.of("whole"),
            List.of("whole"),
            List.of("whole"));
    ControlInput first = backend.calls().get(0).input().controls().get(0);
    assertThat(first.scale()).isEqualTo(0.5f);
    assertThat(first.pictures()).isEqualTo(INPUT.frames());
  }

  @Test
  void render_referenceJoins_itIsNoisedWithTheSharedNoise() throws IOException {
    FakeDiffusionBackend backend = FakeDiffusionBackend.plain().withRowsPerCall(100);
    Frame garment = TestFrames.texture(24, 16, 5);
    List<StepReport> reports =
        steps(
            builder(backend)
                .scheduler(Scheduler.ddim(TimestepSpacing.LINSPACE_ALL_STEPS))
                .crossFrameAttention(CrossFrameAttention.gather(FrameRef.reference(0))),
            REQUEST.withReferences(List.of(ReferencePicture.of(garment))));

    Latents clean = FakeDiffusionBackend.plain().encode(List.of(garment), Monitor.NONE);
    Latents noise = InitialNoise.seeded(3).firstFrame(4, 8, 12);
    for (int step = 0; step < 6; step++) {
      Latents sample = backend.calls().get(step).input().sample();
      assertThat(sample.frames()).isEqualTo(FRAMES + 1);
      assertThat(sample.slice(0, 1)).isEqualTo(reports.get(step).level().addNoise(clean, noise));
    }
  }

  @Test
  void render_referenceWithControlNets_hasControlPicturesOfItsOwn() throws IOException {
    ControlNet annotated = ControlNet.of("tile", Path.of("a")).withAnnotator(Annotator.IDENTITY);
    ControlNet given = ControlNet.of("depth", Path.of("b"));
    FakeDiffusionBackend backend = withNets(annotated, given).withRowsPerCall(100);
    Frame garment = TestFrames.texture(24, 16, 5);
    Frame depth = TestFrames.texture(24, 16, 6);
    Pipeline.Builder builder =
        builder(backend)
            .controlNet(annotated)
            .controlNet(given)
            .crossFrameAttention(CrossFrameAttention.gather(FrameRef.reference(0)));
    RenderRequest request = REQUEST.withControlVideos(Map.of("depth", INPUT));

    result(
        builder,
        request.withReferences(List.of(new ReferencePicture(garment, Map.of("depth", depth)))));

    List<ControlInput> controls = backend.calls().get(0).input().controls();
    assertThat(controls.get(0).pictures()).startsWith(garment).hasSize(FRAMES + 1);
    assertThat(controls.get(1).pictures()).startsWith(depth).endsWith(INPUT.frame(FRAMES - 1));
    assertThatThrownBy(
            () -> result(builder, request.withReferences(List.of(ReferencePicture.of(garment)))))
        .hasMessage("reference 0 has no control picture for ControlNet 'depth'");
  }

  @Test
  void render_controlVideoOfOneFrame_servesForAllFramesAndReferences() throws IOException {
    ControlNet shuffle = ControlNet.of("shuffle", Path.of("a"));
    FakeDiffusionBackend backend = withNets(shuffle).withRowsPerCall(100);
    Frame style = TestFrames.texture(24, 16, 8);

    result(
        builder(backend)
            .controlNet(shuffle)
            .crossFrameAttention(CrossFrameAttention.gather(FrameRef.reference(0))),
        REQUEST
            .withReferences(List.of(ReferencePicture.of(TestFrames.texture(24, 16, 5))))
            .withControlVideos(Map.of("shuffle", Video.of(List.of(style), FrameRate.DEFAULT))));

    assertThat(backend.calls().get(0).input().controls().get(0).pictures())
        .hasSize(FRAMES + 1)
        .containsOnly(style);
  }

  @Test
  void generate_annotatorWithoutInput_isRefused() throws IOException {
    ControlNet net = ControlNet.of("tile", Path.of("a")).withAnnotator(Annotator.IDENTITY);
    try (Pipeline pipeline = builder(withNets(net)).controlNet(net).build()) {
      assertThatThrownBy(
              () -> pipeline.generate(2, FrameRate.DEFAULT, REQUEST.withSize(24, 16), Monitor.NONE))
          .hasMessageContaining("annotator of ControlNet 'tile' needs an input video")
          .hasMessageContaining("withControlVideo(\"tile\", video)");
    }
  }

  @Test
  void render_sizeTheModelCannotTake_worksAtTheNearestAndComesBack() throws IOException {
    FakeDiffusionBackend backend = FakeDiffusionBackend.plain();
    Video odd = TestFrames.pan(2, 27, 17, 1, 0, 40);
    try (Pipeline pipeline = builder(backend).build()) {
      assertThat(pipeline.render(odd, REQUEST).format().size()).isEqualTo(new FrameSize(27, 17));
      assertThat(pipeline.render(odd, REQUEST.withSize(20, 12)).format().size())
          .isEqualTo(new FrameSize(20, 12));
    }
    Latents sample = backend.calls().get(0).input().sample();
    assertThat(sample.width()).isEqualTo(28 / 2);
    assertThat(sample.height()).isEqualTo(16 / 2);
  }

  @Test
  void generate_withoutInput_firstEstimateGuidesTheDeflicker() throws IOException {
    List<Video> guides = new ArrayList<>();
    Deflicker watching =
        (guide, style, sink, monitor) -> {
          guides.add(Video.readAll(guide));
          for (Frame frame = style.read(); frame != null; frame = style.read()) {
            sink.write(frame);
          }
        };
    try (Pipeline pipeline =
        builder(FakeDiffusionBackend.plain())
            .deflicker(LatentDeflicker.atSteps(2, 4).then(watching).withFinalPass())
            .build()) {
      Video video = pipeline.generate(3, FrameRate.DEFAULT, REQUEST.withSize(24, 16), Monitor.NONE);
      assertThat(video.size()).isEqualTo(3);
    }

    assertThat(guides).hasSize(3);
    assertThat(guides.get(1).frames()).isEqualTo(guides.get(0).frames());
    assertThat(guides.get(2).frames()).isEqualTo(guides.get(0).frames());
  }

  @Test
  void render_withInput_inputGuidesTheDeflicker() throws IOException {
    List<Video> guides = new ArrayList<>();
    Deflicker watching =
        (guide, style, sink, monitor) -> {
          guides.add(Video.readAll(guide));
          for (Frame frame = style.read(); frame != null; frame = style.read()) {
            sink.write(frame);
          }
        };
    result(
        builder(FakeDiffusionBackend.plain()).deflicker(LatentDeflicker.every(3).then(watching)),
        REQUEST);

    assertThat(guides)
        .hasSize(2)
        .allSatisfy(it -> assertThat(it.frames()).isEqualTo(INPUT.frames()));
  }

  @Test
  void render_deflickerThatChangesNothing_leavesTheResult() throws IOException {
    Deflicker nothing =
        (guide, style, sink, monitor) -> {
          for (Frame frame = style.read(); frame != null; frame = style.read()) {
            sink.write(frame);
          }
        };
    // Low noise, so that estimates lie in the colours; channel 3 is lost in every VAE round trip.
    RenderRequest request = REQUEST.withStrength(0.01).withGuidanceScale(1);
    for (Scheduler scheduler :
        List.of(
            Scheduler.ddim(TimestepSpacing.LINSPACE_ALL_STEPS),
            Scheduler.euler(TimestepSpacing.LINSPACE_ALL_STEPS),
            Scheduler.dpmSolver(TimestepSpacing.LINSPACE_ALL_STEPS))) {
      Latents without = result(builder(FakeDiffusionBackend.plain()).scheduler(scheduler), request);
      Latents with =
          result(
              builder(FakeDiffusionBackend.plain())
                  .scheduler(scheduler)
                  .deflicker(LatentDeflicker.every(2).then(nothing)),
              request);
      for (int f = 0; f < FRAMES; f++) {
        for (int c = 0; c < 3; c++) {
          assertThat(with.at(f, c, 3, 4)).isCloseTo(without.at(f, c, 3, 4), within(2e-3f));
        }
      }
    }
  }

  @Test
  void render_deflickering_holdsAFewPicturesAtATime() throws IOException {
    List<String> calls = new ArrayList<>();
    FakeDiffusionBackend backend = FakeDiffusionBackend.plain();
    Deflicker copy =
        (guide, style, sink, monitor) -> {
          for (Frame frame = style.read(); frame != null; frame = style.read()) {
            sink.write(frame);
          }
        };
    try (Pipeline pipeline =
        builder(backend).deflicker(LatentDeflicker.atSteps(0).then(copy)).build()) {
      backend.onCall(calls::add);
      pipeline.render(TestFrames.pan(12, 24, 16, 1, 0, 40), REQUEST);
    }

    // Four frames are decoded, go through the deflicker and are encoded before the next four.
    int first = calls.indexOf("decode");
    assertThat(calls.subList(first, first + 7))
        .containsExactly("decode", "encode", "decode", "encode", "decode", "encode", "predict");
  }
}
