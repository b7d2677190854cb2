package org.diffsynth.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Video;
import org.diffsynth.testkit.scene.MovingScene;
import org.diffsynth.video.VideoFiles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Ctrl-C leaves behind, in a process of its own. */
class InterruptionTest {

  private static final int FRAMES = 60;

  @TempDir Path folder;

  /** Starts "deflicker" on the scene and returns when it has printed {@code progress}. */
  private Process start(Path out, String progress, String... more) throws Exception {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "deflicker",
                "--guide",
                folder.resolve("guide.mkv").toString(),
                "--style",
                folder.resolve("style.mkv").toString(),
                "--out",
                out.toString(),
                "--window",
                "2",
                "--threads",
                "1",
                "--engine",
                "cpu-scalar"));
    arguments.addAll(List.of(more));
    return startApp(progress, arguments);
  }

  /** Starts the app in a process of its own and returns when it has printed {@code progress}. */
  private Process startApp(String progress, List<String> arguments) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:ErrorFile=" + folder.resolve("crash.log"),
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                DiffsynthApp.class.getName()));
    command.addAll(arguments);
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("log").toFile())
            .start();
    while (!log().contains(progress)) {
      assertThat(process.isAlive()).as(log()).isTrue();
      Thread.sleep(20);
    }
    return process;
  }

  private void paint() throws IOException {
    SceneCommand.write(
        MovingScene.DEFAULT.withSize(256, 144).withFrames(FRAMES), folder, false, Monitor.NONE);
  }

  private String log() throws IOException {
    return Files.readString(folder.resolve("log"));
  }

  @Test
  void signal_afterSomeFrames_leavesAPlayableFileOfThem() throws Exception {
    assumeTrue(Files.exists(Path.of("/proc")), "signals are sent the Unix way");
    paint();
    Path out = folder.resolve("out.mp4");
    Process process = start(out, "deflicker  20 %");
    process.destroy(); // SIGTERM; Ctrl-C is SIGINT, and both run the same hook
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(128 + 15);
    try (FrameSource source = VideoFiles.open(out)) {
      assertThat(Video.readAll(source).size()).isBetween(1, FRAMES - 1);
    }
    assertThat(log()).contains("cancelled; " + out + " holds the");
    assertNoLeftovers();
  }

  @Test
  void signal_whileReplacing_leavesTheOldFile() throws Exception {
    assumeTrue(Files.exists(Path.of("/proc")), "signals are sent the Unix way");
    paint();
    Path out = Files.writeString(folder.resolve("out.mp4"), "old");
    Process process = start(out, "deflicker  20 %", "--overwrite");
    process.destroy();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(out).hasContent("old");
    Path unfinished = folder.resolve("out.unfinished.mp4");
    try (FrameSource source = VideoFiles.open(unfinished)) {
      assertThat(Video.readAll(source).size()).isBetween(1, FRAMES - 1);
    }
    assertThat(log()).contains(out + " was not replaced; " + unfinished + " holds the");
    Files.delete(unfinished);
    assertNoLeftovers();
  }

  /** The hook of ONNX Runtime frees what a model call uses, so it must not run before the end. */
  @Test
  void signal_whileRendering_cancelsWithoutACrash() throws Exception {
    assumeTrue(Files.exists(Path.of("/proc")), "signals are sent the Unix way");
    paint();
    Path out = folder.resolve("out.mp4");
    Process process =
        startApp(
            "denoise, step",
            List.of(
                "stylize",
                "--input",
                folder.resolve("guide.mkv").toString(),
                "--prompt",
                "x",
                "--preview",
                "4",
                "--size",
                "192x128",
                "--out",
                out.toString()));
    process.destroy();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(log()).isEqualTo(128 + 15);
    assertThat(log()).contains("cancelled; " + out + " was not touched");
    assertThat(folder.resolve("crash.log")).doesNotExist();
  }

  private void assertNoLeftovers() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.map(file -> file.getFileName().toString()).sorted())
          .containsExactly("guide.mkv", "log", "out.mp4", "style.mkv", "truth.mkv");
    }
  }
}
