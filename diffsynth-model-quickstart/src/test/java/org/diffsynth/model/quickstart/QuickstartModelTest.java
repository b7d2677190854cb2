package org.diffsynth.model.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.diffsynth.Pipeline;
import org.diffsynth.Preset;
import org.diffsynth.RenderRequest;
import org.diffsynth.compute.Availability;
import org.diffsynth.control.ControlNet;
import org.diffsynth.control.ControlSignal;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.Video;
import org.diffsynth.spi.BundledModel;
import org.diffsynth.spi.DiffusionBackend;
import org.diffsynth.spi.DiffusionBackendProvider;
import org.diffsynth.spi.DiffusionSettings;
import org.diffsynth.testkit.FakeDiffusionBackend;
import org.diffsynth.testkit.TestFrames;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuickstartModelTest {

  /** Remembers what it was asked to open, and whether the files were there. */
  private static final class Opening implements DiffusionBackendProvider {
    private DiffusionSettings settings;
    private boolean foundUnet;
    private boolean foundControlNets;

    @Override
    public String name() {
      return "opening";
    }

    @Override
    public Availability probe() {
      return new Availability.Ready("here", 1);
    }

    @Override
    public DiffusionBackend open(DiffusionSettings opened) throws IOException {
      settings = opened;
      foundUnet = Files.isRegularFile(opened.model().resolve("unet/model.onnx"));
      foundControlNets =
          opened.controlNets().stream()
              .allMatch(net -> Files.isRegularFile(net.folder().resolve("model.onnx")));
      return new FakeDiffusionBackend(opened);
    }

    List<String> controlNets() {
      return settings.controlNets().stream().map(ControlNet::name).toList();
    }
  }

  @Test
  void serviceLoader_findsTheModel() {
    assertThat(BundledModel.all()).singleElement().isInstanceOf(QuickstartModel.class);
  }

  @Test
  void copyTo_writesAllFilesOfTheJar_andNamesTheFolderOfAControlNet(@TempDir Path folder)
      throws IOException {
    QuickstartModel model = new QuickstartModel();
    model.copyTo(folder);
    Path source = Path.of("src/main/resources/org/diffsynth/model/quickstart/model");
    try (var files = Files.walk(source)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(folder.resolve(source.relativize(file).toString())).hasSameBinaryContentAs(file);
      }
    }
    assertThat(model.controlNet(folder, ControlSignal.TILE)).isDirectory();
    assertThatThrownBy(() -> model.controlNet(folder, ControlSignal.CANNY))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("CANNY");
  }

  @Test
  void pipelineWithoutAModel_opensTheBundledOne_andDeletesItsCopyWhenClosed() throws IOException {
    Opening opening = new Opening();
    Path folder;
    try (Pipeline pipeline = Pipeline.builder().provider(opening).build()) {
      folder = opening.settings.model();
      assertThat(opening.foundUnet).isTrue();
      assertThat(opening.foundControlNets).isTrue();
      assertThat(pipeline.options().diffusion().controlNets()).hasSize(1);
      assertThat(folder).isDirectory();
    }
    assertThat(folder).doesNotExist();
  }

  @Test
  void usualControlNet_isTheOneThatThePresetSuggests_orTile() throws IOException {
    for (Preset preset : Preset.values()) {
      Opening opening = new Opening();
      Pipeline.builder(preset).provider(opening).build().close();
      String expected =
          switch (preset) {
            case FASHION_VIDEO -> "openpose";
            case RENDERING_3D -> "depth";
            default -> "tile";
          };
      assertThat(opening.controlNets()).as(preset.name()).containsExactly(expected);
    }
  }

  @Test
  void controlNetsThatAreNamed_replaceTheUsualOne() throws IOException {
    Opening opening = new Opening();
    Pipeline.builder().controlNet("softedge").provider(opening).build().close();
    assertThat(opening.controlNets()).containsExactly("softedge");
  }

  @Test
  void controlNetThatTheModelLacks_isAnErrorThatListsThoseItHas() {
    assertThatThrownBy(() -> Pipeline.builder().controlNet("canny").provider(new Opening()).build())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("'canny'")
        .hasMessageContaining("[depth, openpose, softedge, tile]");
  }

  @Test
  void controlNetWithoutAFolder_withAModelOfTheUser_isAnError() {
    assertThatThrownBy(
            () ->
                Pipeline.builder()
                    .model(Path.of("own"))
                    .controlNet("tile")
                    .provider(new Opening())
                    .build())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("'tile' has no folder");
  }

  @Test
  void failureToOpen_deletesTheCopy() {
    Path[] copy = new Path[1];
    DiffusionBackendProvider failing =
        new DiffusionBackendProvider() {
          @Override
          public String name() {
            return "failing";
          }

          @Override
          public Availability probe() {
            return new Availability.Ready("here", 1);
          }

          @Override
          public DiffusionBackend open(DiffusionSettings settings) throws IOException {
            copy[0] = settings.model();
            throw new IOException("no");
          }
        };
    assertThatThrownBy(() -> Pipeline.builder().provider(failing).build()).hasMessage("no");
    assertThat(copy[0]).isNotNull().doesNotExist();
  }

  @Test
  void generate_withoutControlPictures_doesNotUseTheUsualControlNet() throws IOException {
    Opening opening = new Opening();
    RenderRequest request = RenderRequest.of("winter").withSize(24, 16).withSteps(2);
    try (Pipeline pipeline = Pipeline.builder().provider(opening).build()) {
      assertThat(pipeline.generate(2, FrameRate.DEFAULT, request).size()).isEqualTo(2);
    }
  }

  @Test
  void request_withoutAGuidanceScale_getsTheModelsOwn() throws IOException {
    Video input = TestFrames.pan(2, 24, 16, 1, 0, 40);
    RenderRequest request = RenderRequest.of("winter").withSteps(2);
    Video usual;
    Video given;
    try (Pipeline pipeline = Pipeline.builder().provider(new Opening()).build()) {
      usual = pipeline.render(input, request);
      given =
          pipeline.render(input, request.withGuidanceScale(new QuickstartModel().guidanceScale()));
    }
    assertThat(usual.frames()).isEqualTo(given.frames());
  }
}
