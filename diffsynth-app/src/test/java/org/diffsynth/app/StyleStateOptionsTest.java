package org.diffsynth.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Video;
import org.diffsynth.io.FrameFiles;
import org.diffsynth.io.Palette;
import org.diffsynth.request.StyleState;
import org.diffsynth.testkit.scene.MovingScene;
import org.diffsynth.video.VideoFiles;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clips that look like another clip: style states, references, and colours. */
class StyleStateOptionsTest {

  private static final Path TINY_SD =
      Path.of("..", "diffsynth-onnx", "src", "test", "resources", "tiny-sd", "model");

  @TempDir private static Path inputs;
  @TempDir private Path folder;

  @BeforeAll
  static void paintScenes() throws IOException {
    MovingScene scene = MovingScene.DEFAULT.withSize(96, 64).withFrames(4);
    SceneCommand.write(scene, inputs, false, Monitor.NONE);
    SceneCommand.write(scene.withSeed(5), inputs.resolve("second"), false, Monitor.NONE);
  }

  private Outcomes.Outcome stylize(String out, Object... more) {
    List<Object> all = new ArrayList<>(List.of("stylize", "--model", TINY_SD));
    Collections.addAll(all, "--prompt", "field", "--preset", "plain", "--steps", 2, "--out");
    all.add(folder.resolve(out));
    Collections.addAll(all, more);
    return Outcomes.run(all.toArray());
  }

  private Outcomes.Outcome first(String out, Object... more) {
    List<Object> all = new ArrayList<>(List.of("--input", inputs.resolve("guide.mkv")));
    Collections.addAll(all, "--attention", "first_frame");
    Collections.addAll(all, more);
    return stylize(out, all.toArray());
  }

  private Outcomes.Outcome second(String out, Object... more) {
    List<Object> all = new ArrayList<>(List.of("--input", inputs.resolve("second/guide.mkv")));
    Collections.addAll(all, "--attention", "first_frame");
    Collections.addAll(all, more);
    return stylize(out, all.toArray());
  }

  private static List<Frame> frames(Path file) throws IOException {
    try (FrameSource source = VideoFiles.open(file)) {
      return Video.readAll(source).frames();
    }
  }

  private static Palette palette(Path file) throws IOException {
    try (FrameSource source = VideoFiles.open(file)) {
      return Palette.of(source);
    }
  }

  @Test
  void styleState_isWrittenByOneClip_andUsedByTheNext() throws IOException {
    Path state = folder.resolve("look.style");
    Outcomes.Outcome writing = first("first.mkv", "--seed", 7, "--style-state", state);
    Outcomes.assertDone(writing);
    assertThat(writing.out()).contains("does not exist yet: this rendering writes it");
    StyleState written = StyleState.read(state);
    assertThat(written.seed()).isEqualTo(7);
    assertThat(written.references()).hasSize(1);
    assertThat(written.colours().orElseThrow().before()).isPresent();
    byte[] bytes = Files.readAllBytes(state);

    Outcomes.Outcome using = second("second.mkv", "--style-state", state);
    Outcomes.assertDone(using);
    assertThat(using.out()).contains("using the style state");
    assertThat(Files.readAllBytes(state)).isEqualTo(bytes);
    List<Frame> like = frames(folder.resolve("second.mkv"));
    Outcomes.assertDone(second("seed.mkv", "--seed", 7));
    assertThat(like).isNotEqualTo(frames(folder.resolve("seed.mkv")));

    // The settings of both runs repeat them.
    Outcomes.assertDone(
        Outcomes.run(
            "stylize",
            "--settings",
            folder.resolve("second.mkv.json"),
            "--out",
            folder.resolve("again.mkv")));
    assertThat(frames(folder.resolve("again.mkv"))).isEqualTo(like);
    Outcomes.assertDone(
        Outcomes.run(
            "stylize",
            "--settings",
            folder.resolve("first.mkv.json"),
            "--out",
            folder.resolve("first-again.mkv")));
    assertThat(frames(folder.resolve("first-again.mkv")))
        .isEqualTo(frames(folder.resolve("first.mkv")));
  }

  @Test
  void styleState_ofAJobThatIsDone_isNotWrittenAgain() throws IOException {
    Path state = folder.resolve("look.style");
    Object[] options = {"--job", folder.resolve("job"), "--style-state", state};
    Outcomes.Outcome rendering = first("first.mkv", options);
    Outcomes.assertDone(rendering);
    assertThat(rendering.out()).contains("wrote " + state);
    Files.delete(state);

    Outcomes.Outcome again = first("first.mkv", options);
    Outcomes.assertDone(again);
    assertThat(again.out()).contains("was not written, because nothing was rendered");
    assertThat(state).doesNotExist();

    Outcomes.assertDone(
        first("first.mkv", "--job", folder.resolve("job"), "--style-state", state, "--overwrite"));
    assertThat(state).exists();
  }

  @Test
  void styleState_withControls_keepsTheControlPictureOfItsFrame() throws IOException {
    Path state = folder.resolve("look.style");
    Object[] control = {
      "--control",
      "depth=" + TINY_SD,
      "--control-video",
      "depth=" + inputs.resolve("guide.mkv"),
      "--style-state",
      state
    };
    Outcomes.assertDone(first("first.mkv", control));
    Frame picture = StyleState.read(state).references().get(0).controlPictures().get("depth");
    assertThat(picture.toRgb8()).isEqualTo(frames(inputs.resolve("guide.mkv")).get(0).toRgb8());
  }

  @Test
  void reference_pictureOrClip_isAttendedTo() throws IOException {
    Path clip = inputs.resolve("second").resolve("guide.mkv");
    Path picture = folder.resolve("middle.png");
    FrameFiles.writePicture(picture, frames(clip).get(2));
    Outcomes.assertDone(first("plain.mkv"));
    Outcomes.assertDone(first("clip.mkv", "--reference", clip));
    Outcomes.assertDone(first("picture.mkv", "--reference", picture));
    Outcomes.assertDone(first("both.mkv", "--reference", picture, "--reference", clip));
    List<Frame> withClip = frames(folder.resolve("clip.mkv"));
    assertThat(withClip)
        .isEqualTo(frames(folder.resolve("picture.mkv")))
        .isNotEqualTo(frames(folder.resolve("plain.mkv")));
    assertThat(frames(folder.resolve("both.mkv"))).isNotEqualTo(withClip);
  }

  @Test
  void styleState_thatCannotWork_isRefusedBeforeTheWork() throws IOException {
    Path state = folder.resolve("missing").resolve("look.style");
    Outcomes.assertWrongUse(
        first("a.mkv", "--style-state", state), "cannot be written: create the folder");
    Path text = folder.resolve("text.style");
    Files.writeString(text, "not a state");
    Outcomes.assertFails(first("a.mkv", "--style-state", text), "is not a style state");
    Outcomes.assertWrongUse(
        stylize(
            "a.mkv",
            "--input",
            inputs.resolve("guide.mkv"),
            "--attention",
            "none",
            "--reference",
            inputs.resolve("guide.mkv")),
        "need attention across frames");
    Outcomes.assertFails(first("a.mkv", "--reference", folder.resolve("none.png")), "none.png");
    assertThat(folder.resolve("a.mkv")).doesNotExist();
  }

  @Test
  void matchColours_ofAnotherClip_givesItsMeanAndSpread() throws IOException {
    Path reference = inputs.resolve("second").resolve("guide.mkv");
    Path out = folder.resolve("matched.mkv");
    Outcomes.assertDone(
        Outcomes.run(
            "deflicker",
            "--style",
            inputs.resolve("style.mkv"),
            "--guide",
            inputs.resolve("guide.mkv"),
            "--match-colors",
            reference,
            "--codec",
            "ffv1",
            "--out",
            out));
    Palette wanted = palette(reference);
    Palette matched = palette(out);
    assertThat(matched.mean()).containsExactly(wanted.mean(), within(0.02));
    assertThat(palette(inputs.resolve("style.mkv")).mean()[0])
        .isNotCloseTo(wanted.mean()[0], within(0.02));
  }
}
