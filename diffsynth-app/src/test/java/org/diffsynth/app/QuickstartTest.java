package org.diffsynth.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Video;
import org.diffsynth.model.quickstart.Style;
import org.diffsynth.testkit.scene.MovingScene;
import org.diffsynth.video.VideoFiles;
import org.diffsynth.video.VideoSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The quickstart and the bundled model in the app, on as few and small frames as show them. */
class QuickstartTest {

  @TempDir private Path folder;

  private Path clip() throws IOException {
    Path clip = folder.resolve("my clip.mkv");
    MovingScene scene = MovingScene.DEFAULT.withSize(100, 80).withFrames(4).withWalker(true);
    try (FrameSource frames = scene.guide()) {
      Video video = Video.readAll(frames);
      VideoFiles.write(
          clip,
          VideoSettings.DEFAULT,
          sink -> {
            for (var frame : video) {
              sink.write(frame);
            }
          });
    }
    return clip;
  }

  private static Video read(Path file) throws IOException {
    try (FrameSource frames = VideoFiles.open(file)) {
      return Video.readAll(frames);
    }
  }

  @Test
  void quickstart_withAClipOfTheUser_writesBothRendersAndAReport() throws IOException {
    Path out = folder.resolve("qs");
    Outcomes.Outcome outcome =
        Outcomes.run(
            "quickstart", "--input", clip(), "--frames", 3, "--size", "96x64", "--out", out);
    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(read(out.resolve("plain.mp4")).format().size()).hasToString("96x64");
    assertThat(read(out.resolve("steady.mp4")).size()).isEqualTo(3);
    assertThat(read(out.resolve("steady.mp4")).frame(0).depth()).isEqualTo(Frame.Depth.UINT8);
    assertThat(out.resolve("before-after.jpg")).isNotEmptyFile();
    assertThat(Files.readString(out.resolve("report.html")))
        .contains("attention to the first and the previous frame");
    assertThat(outcome.out()).contains("1/3", "2/3", "report.html");
  }

  @Test
  void quickstart_listsItsStyles_andChecksItsOptions() {
    Outcomes.Outcome styles = Outcomes.run("quickstart", "--list-styles");
    assertThat(styles.out()).contains("watercolor", Style.WATERCOLOR.prompt());
    assertThat(styles.out().lines()).hasSize(Style.values().length);
    Outcomes.assertWrongUse(
        Outcomes.run("quickstart", "--out", folder, "--frames", 0), "--frames must be at least 1");
    Outcomes.assertWrongUse(
        Outcomes.run("quickstart", "--out", folder, "--size", "100x64"), "multiples of 8");
    Outcomes.assertWrongUse(
        Outcomes.run("quickstart", "--out", folder, "--prompt", " "), "--prompt");
    Outcomes.assertFails(
        Outcomes.run("quickstart", "--out", folder, "--input", folder.resolve("no.mp4")), "no.mp4");
  }

  @Test
  void stylize_withoutAModel_rendersWithTheOneInside_andRepeatsFromItsSettings()
      throws IOException {
    Path first = folder.resolve("a.mkv");
    Outcomes.Outcome outcome =
        Outcomes.run(
            "stylize",
            "--preset",
            "plain",
            "--input",
            clip(),
            "--size",
            "96x64",
            "--prompt",
            "winter",
            "--steps",
            2,
            "--out",
            first);
    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(Files.readString(folder.resolve("a.mkv.json")))
        .contains("bundled:quickstart", "\"tile\"");
    Path second = folder.resolve("b.mkv");
    Outcomes.Outcome again =
        Outcomes.run("stylize", "--settings", folder.resolve("a.mkv.json"), "--out", second);
    assertThat(again.code()).as(again.err()).isZero();
    assertThat(read(second).frames()).isEqualTo(read(first).frames());
    Outcomes.Outcome named =
        Outcomes.run(
            "stylize",
            "--settings",
            folder.resolve("a.mkv.json"),
            "--model",
            "quickstart",
            "--out",
            folder.resolve("c.mkv"));
    assertThat(named.code()).as(named.err()).isZero();
    assertThat(read(folder.resolve("c.mkv")).frames()).isEqualTo(read(first).frames());
  }

  @Test
  void comparison_writesTheTableOfTheMethodsAskedFor() throws IOException {
    Path out = folder.resolve("cmp");
    Outcomes.Outcome outcome =
        Outcomes.run(
            "demo",
            "comparison",
            "--input",
            clip(),
            "--frames",
            2,
            "--size",
            "64x64",
            "--methods",
            "2,14",
            "--out",
            out);
    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(Files.readAllLines(out.resolve("table.md")))
        .hasSize(5)
        .anyMatch(line -> line.startsWith("| 14 | as `quickstart`"));
    assertThat(read(out.resolve("14.mkv")).size()).isEqualTo(2);
    Outcomes.assertWrongUse(
        Outcomes.run("demo", "comparison", "--methods", 15, "--out", out), "[1, 14]");
  }
}
