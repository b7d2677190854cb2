package org.diffsynth.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Video;
import org.diffsynth.io.FrameFiles;
import org.diffsynth.testkit.scene.MovingScene;
import org.diffsynth.video.VideoFiles;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code --job} of {@code deflicker} and {@code interpolate}. */
class JobFolderTest {

  private static final int FRAMES = 40;

  @TempDir static Path inputs;
  @TempDir Path folder;

  private static Path guide;
  private static Path style;

  @BeforeAll
  static void paint() throws IOException {
    SceneCommand.write(
        MovingScene.DEFAULT.withSize(96, 64).withFrames(FRAMES), inputs, false, Monitor.NONE);
    guide = inputs.resolve("guide.mkv");
    style = inputs.resolve("style.mkv");
  }

  private static List<Frame> read(Path path) throws IOException {
    try (FrameSource source = VideoFiles.open(path)) {
      return Video.readAll(source).frames();
    }
  }

  private static List<Object> deflicker(Path out, Object... more) {
    List<Object> all = new ArrayList<>(List.of("deflicker", "--guide", guide, "--style", style));
    Collections.addAll(all, "--out", out, "--window", 2);
    Collections.addAll(all, more);
    return all;
  }

  private static Outcomes.Outcome run(Path out, Object... more) {
    return Outcomes.run(deflicker(out, more).toArray());
  }

  private Path job() {
    return folder.resolve("job");
  }

  @Test
  void deflicker_asAJob_writesTheFileOfAPlainRun() throws IOException {
    Path mask = folder.resolve("mask.png");
    FrameFiles.writePicture(mask, read(guide).get(0));
    List<List<Object>> variants =
        List.of(
            List.of("--mode", "fast"),
            List.of("--depth", 16, "--codec", "FFV1"),
            List.of("--contrast", 1.3, "--mask", mask, "--strength", 0.5));
    for (int i = 0; i < variants.size(); i++) {
      Path plain = folder.resolve("plain" + i + ".mkv");
      Path out = folder.resolve("job" + i + ".mkv");
      Outcomes.assertDone(run(plain, variants.get(i).toArray()));
      List<Object> asJob = new ArrayList<>(variants.get(i));
      Collections.addAll(asJob, "--job", folder.resolve("job" + i));
      Outcomes.assertDone(run(out, asJob.toArray()));

      assertThat(read(out)).isEqualTo(read(plain));
      assertThat(out).hasSameBinaryContentAs(plain);
    }
  }

  @Test
  void deflicker_withoutAGuide_asAJob_writesTheFileOfAPlainRun() throws IOException {
    Path plain = folder.resolve("plain.mkv");
    Path out = folder.resolve("out.mkv");
    Outcomes.assertDone(
        Outcomes.run(
            "deflicker", "--style", style, "--out", plain, "--mode", "fast", "--window", 2));
    Outcomes.assertDone(
        Outcomes.run(
            "deflicker",
            "--style",
            style,
            "--out",
            out,
            "--mode",
            "fast",
            "--window",
            2,
            "--job",
            job()));

    assertThat(out).hasSameBinaryContentAs(plain);
  }

  @Test
  void interpolate_asAJob_writesTheFileOfAPlainRun() throws IOException {
    Path keys = Files.createDirectory(folder.resolve("keys"));
    List<Frame> styles = read(style);
    for (int key : new int[] {3, 17, 30}) {
      FrameFiles.writePicture(keys.resolve("key-" + key + ".png"), styles.get(key));
    }
    Path plain = folder.resolve("plain.mkv");
    Path out = folder.resolve("out.mkv");
    Object[] command = {"interpolate", "--guide", guide, "--keyframes", keys, "--out"};
    Outcomes.assertDone(Outcomes.run(with(command, plain)));
    Outcomes.assertDone(Outcomes.run(with(command, out, "--job", job())));

    assertThat(out).hasSameBinaryContentAs(plain);
    FrameFiles.writePicture(keys.resolve("key-3.png"), styles.get(4));
    assertThat(Outcomes.run(with(command, folder.resolve("b.mkv"), "--job", job())).err())
        .contains("key frames has changed");
  }

  private static Object[] with(Object[] command, Object... more) {
    List<Object> all = new ArrayList<>(List.of(command));
    Collections.addAll(all, more);
    return all.toArray();
  }

  @Test
  void finishedJob_sameCommand_saysThatItIsFinished_andOverwritesOnRequest() throws IOException {
    Path out = folder.resolve("out.mkv");
    Outcomes.assertDone(run(out, "--job", job()));
    byte[] first = Files.readAllBytes(out);

    Outcomes.Outcome again = run(out, "--job", job());
    Outcomes.assertDone(again);
    assertThat(again.out()).contains("holds 40 of 40", "was written by this job", "--overwrite");
    Outcomes.assertDone(run(out, "--job", job(), "--codec", "FFV1", "--overwrite"));
    assertThat(Files.readAllBytes(out)).isNotEqualTo(first);
    Path elsewhere = folder.resolve("elsewhere.mkv");
    Outcomes.assertDone(run(elsewhere, "--job", job()));
    assertThat(elsewhere).hasBinaryContent(first);
  }

  @Test
  void otherWork_isRefused_namingTheDifference() throws IOException {
    Path out = folder.resolve("out.mkv");
    Outcomes.assertDone(run(out, "--job", job()));
    Path other = folder.resolve("other.mkv");

    assertThat(run(other, "--job", job(), "--mode", "fast").err())
        .contains("mode was SHARP and is FAST", "use another folder");
    assertThat(run(other, "--job", job(), "--seed", 3).err()).contains("matching was ");
    assertThat(run(other, "--job", job(), "--depth", 16).err())
        .contains("depth was UINT8 and is UINT16");
    assertThat(run(other, "--job", job(), "--resize").err())
        .contains("resize was false and is true");
    assertThat(other).doesNotExist();
  }

  @Test
  void existingOutput_isRefusedBeforeTheWork() throws IOException {
    Path out = Files.writeString(folder.resolve("out.mkv"), "holiday");

    assertThat(run(out, "--job", job()).err()).contains("exists");
    assertThat(job()).doesNotExist();
    assertThat(run(folder.resolve("x"), "--job", folder.resolve("x")).err())
        .contains("--job and --out must be different");
  }

  private Process start(Path out) throws IOException {
    return start(deflicker(out, "--threads", 1, "--engine", "cpu-scalar", "--job", job()));
  }

  private Process start(List<Object> arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                DiffsynthApp.class.getName()));
    arguments.forEach(argument -> command.add(argument.toString()));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("log").toFile())
        .start();
  }

  /** Waits until a process has finished a part; returns false if it was too fast. */
  private boolean waitForAPart(Process process) throws IOException, InterruptedException {
    while (process.isAlive()) {
      if (Files.exists(job().resolve("parts"))) {
        try (Stream<Path> parts = Files.list(job().resolve("parts"))) {
          if (parts.anyMatch(part -> part.toString().endsWith(".frames"))) {
            return true;
          }
        }
      }
      Thread.sleep(5);
    }
    return false;
  }

  @Test
  void interruptedJob_sameCommand_continues() throws Exception {
    assumeTrue(Files.exists(Path.of("/proc")), "signals are sent the Unix way");
    Path plain = folder.resolve("plain.mkv");
    Outcomes.assertDone(run(plain));
    Path out = folder.resolve("out.mkv");
    Process process = start(out);
    assumeTrue(waitForAPart(process), "the job was finished before the signal");
    process.destroy();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(Files.readString(folder.resolve("log")))
        .contains("finished frames; the same command continues");
    assertThat(out).doesNotExist();

    Outcomes.Outcome outcome = run(out, "--job", job());

    Outcomes.assertDone(outcome);
    assertThat(outcome.out()).contains("of 40 finished frames");
    assertThat(out).hasSameBinaryContentAs(plain);
  }

  @Test
  void killedJob_sameCommand_continues() throws Exception {
    Path plain = folder.resolve("plain.mkv");
    Outcomes.assertDone(run(plain));
    Path out = folder.resolve("out.mkv");
    Process process = start(out);
    waitForAPart(process);
    process.destroyForcibly().waitFor();

    Outcomes.assertDone(run(out, "--job", job()));

    assertThat(out).hasSameBinaryContentAs(plain);
    try (Stream<Path> files = Files.walk(folder)) {
      assertThat(files.filter(file -> file.getFileName().toString().startsWith("."))).isEmpty();
    }
  }

  private static final Path TINY_SD =
      Path.of("..", "diffsynth-onnx", "src", "test", "resources", "tiny-sd", "model");

  private List<Object> stylize(Path out, Object... more) {
    List<Object> all = new ArrayList<>(List.of("stylize", "--model", TINY_SD, "--out", out));
    Collections.addAll(all, "--input", folder.resolve("guide.mkv"), "--prompt", "snow");
    Collections.addAll(all, "--steps", 40, "--deflicker-every", 10, "--deflicker-window", 1);
    Collections.addAll(all, more);
    return all;
  }

  @Test
  void stylize_killedAfterSomeSteps_continues() throws Exception {
    SceneCommand.write(
        MovingScene.DEFAULT.withSize(64, 64).withFrames(3), folder, false, Monitor.NONE);
    Path plain = folder.resolve("plain.mkv");
    Path out = folder.resolve("out.mkv");
    Outcomes.assertDone(Outcomes.run(stylize(plain).toArray()));
    Process process = start(stylize(out, "--job", job()));
    while (process.isAlive() && !Files.exists(job().resolve("latents.step"))) {
      Thread.sleep(2);
    }
    process.destroyForcibly().waitFor();
    assertThat(job().resolve("latents.step")).exists();

    assertThat(Outcomes.run(stylize(out, "--job", job(), "--seed", 4).toArray()).err())
        .contains("sampling.seed was 0 and is 4");
    Path moved = Files.move(folder.resolve("guide.mkv"), folder.resolve("moved.mkv"));
    List<Object> again = stylize(out, "--job", job());
    again.set(again.indexOf(folder.resolve("guide.mkv")), moved);
    Outcomes.Outcome outcome = Outcomes.run(again.toArray());
    Outcomes.assertDone(outcome);
    assertThat(outcome.out()).contains("finished denoising steps");
    assertThat(read(out)).isEqualTo(read(plain));
    assertThat(Outcomes.run(again.toArray()).out()).contains("was written by this job");
  }
}
