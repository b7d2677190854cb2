package org.diffsynth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.diffsynth.diffusion.CrossFrameAttention;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Video;
import org.diffsynth.io.Palette;
import org.diffsynth.request.Conditioning.ReferencePicture;
import org.diffsynth.request.StyleState;
import org.diffsynth.testkit.FakeDiffusionBackend;
import org.diffsynth.testkit.TestFrames;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The look of one clip on another one. */
class StyleStateTest {

  private static final Video FIRST = TestFrames.pan(4, 24, 16, 1, 0, 40);
  private static final Video SECOND = TestFrames.pan(4, 24, 16, 1, 0, 60);
  private static final RenderRequest REQUEST =
      RenderRequest.of("winter").withSteps(3).withStrength(0.5).withSeed(3);

  @TempDir private Path folder;

  private static Pipeline.Builder builder() {
    return Pipeline.builder()
        .model(Path.of("fake"))
        .provider(FakeDiffusionBackend.plain().provider())
        .crossFrameAttention(CrossFrameAttention.FIRST_FRAME);
  }

  private static Video render(Video input, RenderRequest request) throws IOException {
    try (Pipeline pipeline = builder().build()) {
      return pipeline.render(input, request);
    }
  }

  private static StyleState recorded(Video input, Video result) {
    StyleState.Recorder recorder = StyleState.recorder(9);
    for (int i = 0; i < result.size(); i++) {
      recorder.add(input.frame(i), result.frame(i));
    }
    return recorder.toState();
  }

  private static Palette palette(Video video) throws IOException {
    try (FrameSource source = video.open()) {
      return Palette.of(source);
    }
  }

  /** A result whose red is darker and whose blue is brighter than those of its input. */
  private static Video bluer(Video video) {
    List<Frame> frames = new ArrayList<>();
    for (Frame frame : video) {
      float[] samples = frame.toFloat();
      for (int i = 0; i < samples.length; i += 3) {
        samples[i] *= 0.5f;
        samples[i + 2] = 0.5f + 0.5f * samples[i + 2];
      }
      frames.add(Frame.ofFloat(frame.width(), frame.height(), samples).as(Frame.Depth.UINT16));
    }
    return Video.of(frames, video.format().frameRate());
  }

  @Test
  void withStyle_ofTheFirstClip_changesColoursAsThere() throws IOException {
    StyleState state = recorded(FIRST, bluer(FIRST)).withReferences(List.of());

    Palette result = palette(render(SECOND, REQUEST.withStyle(state)));

    assertThat(result.mean()).containsExactly(palette(bluer(SECOND)).mean(), within(0.03));
    Palette without = palette(render(SECOND, REQUEST));
    assertThat(without.mean()[0] - result.mean()[0]).isGreaterThan(0.1);
  }

  /** The fake takes the mean of the frames that a frame attends to. */
  @Test
  void withStyle_reference_isAttendedToBesideTheNamedFrames() throws IOException {
    StyleState state = recorded(FIRST, bluer(FIRST)).withoutColours();
    Video with = render(SECOND, REQUEST.withStyle(state));
    assertThat(with.frames()).isNotEqualTo(render(SECOND, REQUEST.withSeed(9)).frames());
    try (Pipeline named =
        builder()
            .crossFrameAttention(
                CrossFrameAttention.gather(
                    CrossFrameAttention.FrameRef.FIRST, CrossFrameAttention.FrameRef.reference(0)))
            .build()) {
      assertThat(named.render(SECOND, REQUEST.withStyle(state)).frames()).isEqualTo(with.frames());
    }
  }

  @Test
  void withStyle_withoutAttentionAcrossFrames_isRefused() throws IOException {
    StyleState state = recorded(FIRST, FIRST);
    try (Pipeline pipeline = builder().crossFrameAttention(CrossFrameAttention.NONE).build()) {
      assertThatThrownBy(() -> pipeline.render(SECOND, REQUEST.withStyle(state)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("reference pictures need an attention across frames");
    }
  }

  @Test
  void generate_withStyle_getsThePaletteItself() throws IOException {
    StyleState.Recorder recorder = StyleState.recorder(2);
    bluer(FIRST).forEach(recorder::add);
    StyleState state = recorder.toState();
    assertThat(state.colours().orElseThrow().before()).isEmpty();
    try (Pipeline pipeline = builder().build()) {
      Video result =
          pipeline.generate(
              4,
              FIRST.format().frameRate(),
              RenderRequest.of("sea").withSteps(2).withSize(24, 16).withStyle(state));
      assertThat(palette(result).mean())
          .containsExactly(palette(bluer(FIRST)).mean(), within(0.05));
    }
  }

  @Test
  void write_thenRead_keepsEverything() throws IOException {
    Frame control = TestFrames.pan(1, 24, 16, 1, 0, 3).frame(0);
    StyleState state =
        recorded(FIRST, bluer(FIRST))
            .withReferences(
                List.of(
                    new ReferencePicture(FIRST.frame(0), Map.of("depth", control, "t-2", control)),
                    ReferencePicture.of(SECOND.frame(1))));
    Path file = folder.resolve("an ü look.style");

    state.write(file);
    StyleState read = StyleState.read(file);

    assertThat(read).isEqualTo(state);
    state.write(file); // replaces
    byte[] bytes = Files.readAllBytes(file);
    read.write(folder.resolve("copy.style"));
    assertThat(Files.readAllBytes(folder.resolve("copy.style"))).isEqualTo(bytes);
    try (var files = Files.list(folder)) {
      assertThat(files).hasSize(2);
    }
  }

  @Test
  void read_whatIsNoState_saysWhatItIs() throws IOException {
    Path file = folder.resolve("look.style");
    assertThatThrownBy(() -> StyleState.read(file)).isInstanceOf(NoSuchFileException.class);
    Files.writeString(file, "no zip");
    assertThatThrownBy(() -> StyleState.read(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is not a style state");
    recorded(FIRST, FIRST).write(file);
    byte[] whole = Files.readAllBytes(file);
    Files.write(file, java.util.Arrays.copyOf(whole, whole.length / 2));
    assertThatThrownBy(() -> StyleState.read(file)).isInstanceOf(IOException.class);
    write(file, "version = 2\n");
    assertThatThrownBy(() -> StyleState.read(file))
        .hasMessageContaining("has version 2 of style states");
    write(file, "version = 1\nseed = 4\nreferences = 1\n");
    assertThatThrownBy(() -> StyleState.read(file))
        .hasMessageContaining("is damaged: reference-0.png is missing");
    write(file, "version = 1\nseed = x\nreferences = 0\n");
    assertThatThrownBy(() -> StyleState.read(file)).hasMessageContaining("is damaged");
  }

  private static void write(Path file, String text) throws IOException {
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      zip.putNextEntry(new ZipEntry("style.txt"));
      zip.write(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
      zip.closeEntry();
    }
  }

  @Test
  void recorder_withoutFrames_hasNoState() {
    assertThatThrownBy(() -> StyleState.recorder(1).toState())
        .isInstanceOf(IllegalStateException.class);
    assertThat(new StyleState(1, List.of(), Optional.empty()).references()).isEmpty();
  }
}
