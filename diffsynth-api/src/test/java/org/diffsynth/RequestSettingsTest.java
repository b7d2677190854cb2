package org.diffsynth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.diffsynth.control.Annotator;
import org.diffsynth.control.ControlNet;
import org.diffsynth.deflicker.Deflicker;
import org.diffsynth.deflicker.LatentDeflicker;
import org.diffsynth.diffusion.Scheduler;
import org.diffsynth.diffusion.Scheduler.TimestepSpacing;
import org.diffsynth.diffusion.StepListener.StepReport;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.Video;
import org.diffsynth.spi.DiffusionSettings;
import org.diffsynth.spi.UnetInput.ControlInput;
import org.diffsynth.testkit.FakeDiffusionBackend;
import org.diffsynth.testkit.TestFrames;
import org.junit.jupiter.api.Test;

/** What a request changes on a pipeline that stays open, and what it does not. */
class RequestSettingsTest {

  private static final Video INPUT = TestFrames.pan(3, 24, 16, 1, 0, 40);
  private static final RenderRequest REQUEST = RenderRequest.of("winter").withSteps(2);
  private static final ControlNet TILE =
      ControlNet.of("tile", Path.of("tile")).withAnnotator(Annotator.IDENTITY);

  private static FakeDiffusionBackend backend(ControlNet... nets) {
    return new FakeDiffusionBackend(
            DiffusionSettings.of(Path.of("fake")).withControlNets(List.of(nets)))
        .withRowsPerCall(100);
  }

  private static Pipeline.Builder builder(FakeDiffusionBackend backend) {
    return Pipeline.builder().model(Path.of("fake")).provider(backend.provider());
  }

  @Test
  void withDeflicker_onAnOpenPipeline_replacesThePipelines() throws IOException {
    List<String> applied = new ArrayList<>();
    Deflicker ofPipeline = naming("pipeline", applied);
    Deflicker ofRequest = naming("request", applied);
    try (Pipeline pipeline =
        builder(backend()).deflicker(LatentDeflicker.every(1).then(ofPipeline)).build()) {
      pipeline.render(INPUT, REQUEST.withDeflicker(LatentDeflicker.onlyFinal(ofRequest)));
      pipeline.render(INPUT, REQUEST.withDeflicker(LatentDeflicker.NONE));
      assertThat(applied).containsExactly("request");
      pipeline.render(INPUT, REQUEST);
      assertThat(applied).containsExactly("request", "pipeline", "pipeline");
    }
  }

  private static Deflicker naming(String name, List<String> applied) {
    return (guide, style, sink, monitor) -> {
      applied.add(name);
      Deflicker.UNCHANGED.apply(guide, style, sink, monitor);
    };
  }

  @Test
  void withSchedulerAndListener_onAnOpenPipeline_replaceThePipelines() throws IOException {
    List<StepReport> ofPipeline = new ArrayList<>();
    List<StepReport> ofRequest = new ArrayList<>();
    try (Pipeline pipeline = builder(backend()).listener(ofPipeline::add).build()) {
      pipeline.render(
          INPUT,
          REQUEST
              .withScheduler(Scheduler.ddim(TimestepSpacing.TRAILING))
              .withListener(ofRequest::add));
      assertThat(ofPipeline).isEmpty();
      pipeline.render(INPUT, REQUEST);
    }
    assertThat((double) ofRequest.get(0).level().timestep()).isEqualTo(999);
    assertThat((double) ofPipeline.get(0).level().timestep()).isEqualTo(501);
  }

  @Test
  void withControlScaleAndAnnotator_onAnOpenPipeline_replaceThePipelines() throws IOException {
    FakeDiffusionBackend backend = backend(TILE);
    Frame grey = TestFrames.plain(24, 16, 128);
    try (Pipeline pipeline = builder(backend).controlNet(TILE).build()) {
      pipeline.render(
          INPUT, REQUEST.withControlScale("tile", 0.5).withAnnotator("tile", frame -> grey));
      ControlInput first = backend.calls().get(0).input().controls().get(0);
      assertThat(first.scale()).isEqualTo(0.5f);
      assertThat(first.pictures()).containsOnly(grey);

      backend.calls().clear();
      pipeline.render(INPUT, REQUEST.withControlScale("tile", 0));
      assertThat(backend.calls())
          .allSatisfy(asked -> assertThat(asked.input().controls()).isEmpty());
    }
  }

  @Test
  void withControlScale_ofAControlNetThatWasNotOpened_isRefused() throws IOException {
    ControlNet off = TILE.withScale(0);
    try (Pipeline pipeline = builder(backend(off)).controlNet(off).build()) {
      assertThatThrownBy(() -> pipeline.render(INPUT, REQUEST.withControlScale("tile", 1)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("ControlNet 'tile' must be 0")
          .hasMessageEndingWith("but was 1.0");
    }
  }

  @Test
  void render_annotatorWithMemory_givesTheSameFramesAgain() throws IOException {
    Annotator counting =
        Annotator.newForEachRun(
            () ->
                new Annotator() {
                  private int level;

                  @Override
                  public Frame annotate(Frame frame) {
                    level += 20;
                    return TestFrames.plain(frame.width(), frame.height(), level);
                  }
                });
    for (Annotator annotator : List.of(counting, Annotator.ofVideo(INPUT))) {
      ControlNet net = TILE.withAnnotator(annotator);
      try (Pipeline pipeline = builder(backend(net)).controlNet(net).build()) {
        Video first = pipeline.render(INPUT, REQUEST);
        assertThat(pipeline.render(INPUT, REQUEST).frames()).isEqualTo(first.frames());
      }
    }
  }

  @Test
  void render_picturesOfAStreamForASecondRun_areRefusedWithTheReason() throws IOException {
    ControlNet net = TILE.withAnnotator(Annotator.ofSource(INPUT.open()));
    try (Pipeline pipeline = builder(backend(net)).controlNet(net).build()) {
      pipeline.render(INPUT, REQUEST);
      assertThatThrownBy(() -> pipeline.render(INPUT, REQUEST))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("give each run a new source");
    }
  }

  @Test
  void controlNet_byUsualName_takesThePresetsScaleAndAnnotator() throws IOException {
    FakeDiffusionBackend backend = backend(TILE);
    try (Pipeline pipeline =
        Pipeline.builder(Preset.VIDEO_RESTORING)
            .model(Path.of("fake"))
            .provider(backend.provider())
            .controlNet("tile", Path.of("nets/tile"))
            .build()) {
      ControlNet net = pipeline.options().diffusion().controlNets().get(0);
      assertThat(net.folder()).isEqualTo(Path.of("nets/tile"));
      assertThat(net.scale()).isEqualTo(1);
      assertThat(net.annotator()).contains(Annotator.IDENTITY);
      pipeline.render(INPUT, REQUEST.withDeflicker(LatentDeflicker.NONE).withStrength(1));
    }
    ControlNet unknown = Preset.PLAIN.controlNet("my-net", Path.of("x"));
    assertThat(unknown).isEqualTo(ControlNet.of("my-net", Path.of("x")));
  }

  @Test
  void builder_wrongSettings_areRefusedByTheirSetter() {
    Pipeline.Builder builder = Pipeline.builder().controlNet(TILE);
    assertThatThrownBy(() -> builder.controlNet(TILE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("duplicate ControlNet name 'tile'");
    assertThatThrownBy(() -> builder.clipSkip(0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(builder::build)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("no model");
  }

  @Test
  void generate_withoutMonitor_rendersTheFrames() throws IOException {
    try (Pipeline pipeline = builder(backend()).build()) {
      assertThat(pipeline.generate(2, FrameRate.DEFAULT, REQUEST.withSize(24, 16)).size())
          .isEqualTo(2);
    }
  }
}
