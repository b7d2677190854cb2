package org.diffsynth.samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.diffsynth.diffusion.CrossFrameAttention.pattern;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.diffsynth.Pipeline;
import org.diffsynth.Preset;
import org.diffsynth.RenderRequest;
import org.diffsynth.control.ControlSignal;
import org.diffsynth.deflicker.LatentDeflicker;
import org.diffsynth.deflicker.PatchBlending;
import org.diffsynth.diffusion.CrossFrameAttention;
import org.diffsynth.diffusion.CrossFrameAttention.FrameRef;
import org.diffsynth.diffusion.Scheduler;
import org.diffsynth.diffusion.Scheduler.TimestepSpacing;
import org.diffsynth.diffusion.StepListener.StepReport;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Video;
import org.diffsynth.request.Conditioning.ReferencePicture;
import org.diffsynth.spi.DiffusionBackendProvider;
import org.diffsynth.spi.DiffusionSettings;
import org.diffsynth.testkit.FakeDiffusionBackend;
import org.diffsynth.testkit.TestFrames;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What a render with a preset alone does, observed at the loop and the backend. */
class PresetRenderTest {

  private static final int FRAMES = 4;
  private static final Video INPUT = TestFrames.pan(FRAMES, 32, 32, 1, 0, 40);
  private static final RenderRequest REQUEST = RenderRequest.of("a").withNegativePrompt("b");

  /** Returns the request with as many references as the preset looks at. */
  private static RenderRequest forPreset(Preset preset, RenderRequest request) {
    return request.withReferences(
        Collections.nCopies(
            preset.crossFrameAttention().references(),
            ReferencePicture.of(TestFrames.texture(32, 32, 5))));
  }

  /**
   * The documented values of a preset.
   *
   * @param timestep timestep of the first step
   * @param deflickered steps that are deflickered
   * @param rows frames that are evaluated per frame and step, in one branch of guidance
   * @param settings the values of the preset, set one by one on a request with PLAIN
   */
  private record Documented(
      Preset preset,
      int steps,
      double timestep,
      List<Integer> deflickered,
      int rows,
      RenderRequest request,
      Pipeline.Builder settings) {}

  private static Pipeline.Builder paper(CrossFrameAttention attention, LatentDeflicker deflicker) {
    return Pipeline.builder(Preset.PLAIN)
        .scheduler(Scheduler.ddim(TimestepSpacing.TRAILING))
        .crossFrameAttention(attention)
        .deflicker(deflicker);
  }

  private static List<Integer> range(int end) {
    return Stream.iterate(0, i -> i < end, i -> i + 1).toList();
  }

  static Stream<Documented> documented() {
    PatchBlending whole = PatchBlending.fast(10_000);
    return Stream.of(
        new Documented(
            Preset.PLAIN,
            20,
            951,
            List.of(),
            1,
            REQUEST.withSteps(20).withStrength(1).withGuidanceScale(7.5),
            Pipeline.builder(Preset.PLAIN).deflicker(LatentDeflicker.NONE)),
        new Documented(
            Preset.TEXT_GUIDED_STYLIZATION,
            20,
            999,
            List.of(0, 5, 10, 15),
            4,
            REQUEST.withSteps(20).withStrength(1).withGuidanceScale(7.5),
            paper(
                pattern(FrameRef.FIRST, FrameRef.PREVIOUS, FrameRef.SELF, FrameRef.NEXT),
                LatentDeflicker.every(5)
                    .then(PatchBlending.fast(30))
                    .withContrast(1.5f)
                    .withSharpness(5)
                    .withFinalPass(new LatentDeflicker.Pass(PatchBlending.fast(30), 1.5f, 3)))),
        new Documented(
            Preset.FASHION_VIDEO,
            10,
            999,
            range(9),
            4,
            REQUEST.withSteps(10).withStrength(1).withGuidanceScale(7.5),
            paper(
                pattern(FrameRef.reference(0), FrameRef.PREVIOUS, FrameRef.SELF, FrameRef.NEXT),
                LatentDeflicker.every(1).withSkipLast(1).then(PatchBlending.balanced(3)))),
        new Documented(
            Preset.IMAGE_GUIDED_STYLIZATION,
            20,
            999,
            range(20),
            4,
            REQUEST.withSteps(20).withStrength(1).withGuidanceScale(7.5),
            paper(
                pattern(FrameRef.reference(0), FrameRef.PREVIOUS, FrameRef.SELF, FrameRef.NEXT),
                LatentDeflicker.every(1).then(whole))),
        new Documented(
            Preset.VIDEO_RESTORING,
            3,
            299,
            range(3),
            3,
            REQUEST.withSteps(10).withStrength(0.3).withGuidanceScale(7.5),
            paper(
                pattern(FrameRef.PREVIOUS, FrameRef.SELF, FrameRef.NEXT),
                LatentDeflicker.every(1).then(whole))),
        new Documented(
            Preset.RENDERING_3D,
            20,
            999,
            range(19),
            3,
            REQUEST.withSteps(20).withStrength(1).withGuidanceScale(7.5),
            paper(
                pattern(FrameRef.PREVIOUS, FrameRef.SELF, FrameRef.NEXT),
                LatentDeflicker.every(1).withSkipLast(1).then(whole))));
  }

  private static List<Frame> render(
      Pipeline.Builder builder, RenderRequest request, List<StepReport> trace) throws IOException {
    PaintingBackend backend = new PaintingBackend(DiffusionSettings.of(Path.of("fake")));
    return render(builder, request, trace, backend.provider());
  }

  private static List<Frame> render(
      Pipeline.Builder builder,
      RenderRequest request,
      List<StepReport> trace,
      DiffusionBackendProvider provider)
      throws IOException {
    try (Pipeline pipeline =
        builder.model(Path.of("fake")).provider(provider).listener(trace::add).build()) {
      return pipeline.render(INPUT, request, Monitor.NONE).frames();
    }
  }

  private static DiffusionBackendProvider fake() {
    return FakeDiffusionBackend.plain().provider();
  }

  @Test
  void presets_areAllDocumented() {
    Set<Preset> seen = EnumSet.noneOf(Preset.class);
    documented().forEach(it -> seen.add(it.preset()));
    assertThat(seen).containsExactlyInAnyOrder(Preset.values());
  }

  @ParameterizedTest
  @MethodSource("documented")
  void render_withNothingButAPreset_doesWhatIsDocumented(Documented expected) throws IOException {
    List<StepReport> trace = new ArrayList<>();
    PaintingBackend backend = new PaintingBackend(DiffusionSettings.of(Path.of("fake")));
    backend.fake().withRowsPerCall(2);
    List<Frame> frames =
        render(
            Pipeline.builder(expected.preset()),
            forPreset(expected.preset(), REQUEST),
            trace,
            backend.provider());
    assertThat(trace).hasSize(expected.steps());
    assertThat((double) trace.get(0).level().timestep())
        .isEqualTo(expected.timestep(), within(0.5));
    assertThat(trace.stream().filter(StepReport::deflickered).map(StepReport::step).toList())
        .isEqualTo(expected.deflickered());
    int seen =
        backend.fake().calls().stream()
            .mapToInt(asked -> asked.input().sample().frames())
            .max()
            .orElse(0);
    // At an end of the clip, the previous or the next frame is the frame itself.
    assertThat(seen).isEqualTo(expected.rows());
    List<StepReport> same = new ArrayList<>();
    RenderRequest request = forPreset(expected.preset(), expected.request());
    assertThat(frames).isEqualTo(render(expected.settings(), request, same));
    assertThat(same).hasSameSizeAs(trace);
  }

  @ParameterizedTest
  @EnumSource
  void render_withNothingButAPreset_isGuidedBy7Point5(Preset preset) throws IOException {
    List<StepReport> own = new ArrayList<>();
    List<StepReport> two = new ArrayList<>();
    RenderRequest request = forPreset(preset, REQUEST.withNegativePrompt("blurred"));
    render(Pipeline.builder(preset).deflicker(LatentDeflicker.NONE), request, own, fake());
    render(
        Pipeline.builder(preset).deflicker(LatentDeflicker.NONE),
        request.withGuidanceScale(2),
        two,
        fake());
    // The prediction of the fake backend grows by 0.03 per letter of the prompt.
    double letters = 0.03 * ("a".length() - "blurred".length());
    double difference =
        own.get(0).prediction().noise().toArray()[0] - two.get(0).prediction().noise().toArray()[0];
    assertThat(difference).isCloseTo((7.5 - 2) * letters, within(1e-4));
  }

  @Test
  void presets_renderDifferently() throws IOException {
    Set<List<Frame>> results = new HashSet<>();
    for (Preset preset : Preset.values()) {
      results.add(render(Pipeline.builder(preset), forPreset(preset, REQUEST), new ArrayList<>()));
    }
    assertThat(results).hasSize(Preset.values().length);
  }

  @Test
  void controls_ofEachPreset_areThoseDocumented() {
    assertThat(controls(Preset.PLAIN)).isEmpty();
    assertThat(controls(Preset.TEXT_GUIDED_STYLIZATION))
        .containsExactly("depth DEPTH 1.0", "softedge SOFT_EDGES 1.0");
    assertThat(controls(Preset.FASHION_VIDEO)).containsExactly("openpose POSE 1.0");
    assertThat(controls(Preset.IMAGE_GUIDED_STYLIZATION))
        .containsExactly("depth DEPTH 1.0", "shuffle SHUFFLE 1.0");
    assertThat(controls(Preset.VIDEO_RESTORING)).containsExactly("tile TILE 1.0");
    assertThat(controls(Preset.RENDERING_3D)).containsExactly("depth DEPTH 1.0");
    var net = Preset.TEXT_GUIDED_STYLIZATION.controlNet("softedge", Path.of("nets/softedge"));
    assertThat(net.scale()).isEqualTo(1);
    assertThat(net.annotator()).isPresent();
    assertThat(Preset.IMAGE_GUIDED_STYLIZATION.controlNet("shuffle", Path.of("x")).annotator())
        .isEmpty();
  }

  private static List<String> controls(Preset preset) {
    return preset.controls().stream()
        .map(
            control -> {
              ControlSignal signal = control.signal();
              return String.format(
                  Locale.ROOT, "%s %s %s", control.name(), signal, control.scale());
            })
        .toList();
  }
}
