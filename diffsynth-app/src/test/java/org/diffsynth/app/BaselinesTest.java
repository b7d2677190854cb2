package org.diffsynth.app;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.diffsynth.testkit.scene.MovingScene;
import org.diffsynth.video.VideoFiles;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Options for the methods of other papers, on the tiny random model. */
class BaselinesTest {

  private static final Path TINY_SD =
      Path.of("..", "diffsynth-onnx", "src", "test", "resources", "tiny-sd", "model");

  @TempDir Path folder;

  @BeforeEach
  void paintScene() throws IOException {
    SceneCommand.write(
        MovingScene.DEFAULT.withSize(64, 64).withFrames(3), folder, false, Monitor.NONE);
  }

  private Outcomes.Outcome stylize(String out, Object... more) {
    List<Object> all = new ArrayList<>(List.of("stylize", "--model", TINY_SD));
    Collections.addAll(all, "--input", folder.resolve("guide.mkv"), "--preset", "plain");
    Collections.addAll(all, "--prompt", "a field", "--steps", 4);
    Collections.addAll(all, more);
    Collections.addAll(all, "--out", folder.resolve(out));
    return Outcomes.run(all.toArray());
  }

  private List<Frame> rendered(String out) throws IOException {
    try (FrameSource source = VideoFiles.open(folder.resolve(out))) {
      return Video.readAll(source).frames();
    }
  }

  private List<Frame> done(String out, Object... more) throws IOException {
    Outcomes.assertDone(stylize(out, more));
    List<Frame> frames = rendered(out);
    assertThat(frames).hasSize(3);
    return frames;
  }

  @Test
  void stylize_inverted_followsTheInputAndNotTheSeed() throws IOException {
    List<Frame> frames =
        done("a", "--source-prompt", "a field", "--guidance-scale", 1, "--seed", 1);
    assertThat(done("b", "--source-prompt", "a field", "--guidance-scale", 1, "--seed", 2))
        .isEqualTo(frames);
    assertThat(done("c", "--guidance-scale", 1)).isNotEqualTo(frames);
    assertThat(Files.readString(folder.resolve("a.json"))).contains("\"inversion\"");
    Outcomes.assertDone(
        Outcomes.run(
            "stylize", "--settings", folder.resolve("a.json"), "--out", folder.resolve("d")));
    assertThat(rendered("d")).isEqualTo(frames);
    assertThat(
            done(
                "e",
                "--source-prompt",
                "a field",
                "--guidance-scale",
                1,
                "--source-guidance",
                4,
                "--inversion-refinement",
                3))
        .isNotEqualTo(frames);
  }

  @Test
  void stylize_warped_framesDifferAndTheFirstIsThatOfAClipOfOne() throws IOException {
    List<Frame> frames = done("a", "--attention", "first_frame", "--motion-warp", "16,0");
    assertThat(frames.get(1)).isNotEqualTo(frames.get(0));
    // Frame 0 attends to itself only, so a shift of the other frames does not change it.
    List<Frame> still = done("b", "--attention", "first_frame");
    assertThat(still.get(0)).isEqualTo(frames.get(0));
    assertThat(still.get(1)).isNotEqualTo(frames.get(1));
  }

  @Test
  void stylize_pulled_changesAllButTheFirstFrame() throws IOException {
    List<Frame> plain = done("a", "--strength", 0.75);
    List<Frame> pulled = done("b", "--strength", 0.75, "--pull", "previous");
    List<Frame> remapped =
        done(
            "c",
            "--strength",
            0.75,
            "--pull",
            "remapped_previous",
            "--pull-weight",
            50,
            "--pull-until",
            1);
    assertThat(pulled.get(0)).isEqualTo(plain.get(0));
    assertThat(pulled.get(1)).isNotEqualTo(plain.get(1));
    assertThat(remapped.get(0)).isEqualTo(plain.get(0));
    assertThat(remapped.get(2)).isNotIn(plain.get(2), pulled.get(2));
  }

  /** Frame 1 begins a shot in the list, so it is neither pulled nor blended toward frame 0. */
  @Test
  void stylize_withCuts_keepsPullAndDeflickerWithinShots() throws IOException {
    Path list = Files.writeString(folder.resolve("cuts.txt"), "0\n1\n");
    Object[] pull = {"--strength", 0.75, "--pull", "previous"};
    List<Frame> plain = done("plain", "--strength", 0.75);
    List<Frame> across = done("across", with(pull, "--cuts", "none"));
    List<Frame> within = done("within", with(pull, "--cuts", list));
    assertThat(across.get(1)).isNotEqualTo(plain.get(1));
    assertThat(within.get(1)).isEqualTo(plain.get(1));
    assertThat(within.get(2)).isNotEqualTo(plain.get(2));
    assertThat(Files.readString(folder.resolve("within.json"))).contains("cuts.txt");

    Object[] blend = {"--deflicker-every", 1, "--deflicker-window", 2, "--strength", 0.75};
    List<Frame> whole = done("whole", with(blend, "--cuts", "none"));
    List<Frame> listed = done("listed", with(blend, "--cuts", list));
    assertThat(listed.get(0)).isNotEqualTo(whole.get(0));
    assertThat(done("found", blend)).isEqualTo(whole);
  }

  @Test
  void stylize_cutsThatDoNotFit_areRefusedBeforeTheWork() throws IOException {
    Path list = Files.writeString(folder.resolve("cuts.txt"), "1\n99\n");
    Outcomes.assertFails(stylize("o", "--cuts", list), "cuts.txt", "frame 99", "3 frames");
    Files.writeString(list, "1\ntwo\n");
    Outcomes.assertFails(stylize("o", "--cuts", list), "cuts.txt, line 2", "two");
    Outcomes.assertFails(stylize("o", "--cuts", folder.resolve("no.txt")), "no.txt");
    assertThat(folder.resolve("o")).doesNotExist();
  }

  private static Object[] with(Object[] options, Object... more) {
    List<Object> all = new ArrayList<>(List.of(options));
    Collections.addAll(all, more);
    return all.toArray();
  }

  @Test
  void stylize_optionsThatDoNotFit_areWrongUse() {
    assertWrong("exclude each other", "--source-prompt", "x", "--motion-warp", "1,1");
    assertWrong("need --source-prompt", "--source-guidance", 2);
    assertWrong("need --pull", "--pull-weight", 2);
    assertWrong("two numbers like 12,12, but was '3'", "--motion-warp", "3");
  }

  private void assertWrong(String message, Object... options) {
    Outcomes.assertWrongUse(stylize("w", options), message);
  }
}
