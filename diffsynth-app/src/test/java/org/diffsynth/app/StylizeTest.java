package org.diffsynth.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Video;
import org.diffsynth.testkit.scene.MovingScene;
import org.diffsynth.video.VideoFiles;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code stylize} on the tiny random model, which tests everything but the look of the result. */
class StylizeTest {

  private static final Path TINY_SD =
      Path.of("..", "diffsynth-onnx", "src", "test", "resources", "tiny-sd", "model");

  @TempDir Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void paintScene() throws IOException {
    SceneCommand.write(
        MovingScene.DEFAULT.withSize(64, 64).withFrames(3), folder, false, Monitor.NONE);
  }

  private int run(Object... arguments) {
    String[] words = new String[arguments.length];
    for (int i = 0; i < words.length; i++) {
      words[i] = arguments[i].toString();
    }
    return DiffsynthApp.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(words);
  }

  private Video read(String name) throws IOException {
    try (FrameSource source = VideoFiles.open(folder.resolve(name))) {
      return Video.readAll(source);
    }
  }

  @Test
  void stylize_writesVideoAndSettings_whichGiveTheSameVideoAgain() throws IOException {
    int code =
        run(
            "stylize",
            "--model",
            TINY_SD,
            "--input",
            folder.resolve("guide.mkv"),
            "--prompt",
            "a (winter:1.2) field",
            "--negative-prompt",
            "blur",
            "--steps",
            3,
            "--seed",
            7,
            "--attention",
            "first_frame",
            "--deflicker-every",
            1,
            "--deflicker-window",
            1,
            "--out",
            folder.resolve("a"));
    assertThat(code).as(err.toString()).isZero();
    Video first = read("a");
    assertThat(first.size()).isEqualTo(3);
    assertThat(first.format().size()).isEqualTo(new FrameSize(64, 64));
    String json = Files.readString(folder.resolve("a.json"));
    assertThat(json)
        .contains(
            "\"prompt\" : \"a (winter:1.2) field\"", "\"seed\" : 7", "\"unet\" : \"sha256-16m:");
    byte[] picture = Files.readAllBytes(folder.resolve("a").resolve("00000.png"));
    assertThat(new String(picture, StandardCharsets.ISO_8859_1))
        .contains(
            "parameters\0a (winter:1.2) field\nNegative prompt: blur\nSteps: 3, Sampler: DDIM,",
            "Seed: 7, Size: 64x64, Model: model,");
    int again =
        run("stylize", "--settings", folder.resolve("a.json"), "--out", folder.resolve("b"));
    assertThat(again).as(err.toString()).isZero();
    assertThat(read("b").frames()).isEqualTo(first.frames());
    assertThat(err.toString()).doesNotContain("other files");
    Files.writeString(
        folder.resolve("a.json"), json.replaceAll("(\"vae_decoder\" : \"sha256-16m:).", "$1x"));
    int other =
        run(
            "stylize",
            "--settings",
            folder.resolve("a.json"),
            "--seed",
            8,
            "--out",
            folder.resolve("c"));
    assertThat(other).as(err.toString()).isZero();
    assertThat(read("c").frames()).isNotEqualTo(first.frames());
    assertThat(err.toString()).contains("a.json was made with other files of vae_decoder, so");
  }

  @Test
  void stylize_withControlNet_usesItsPictures() throws IOException {
    Object[] common = {
      "stylize",
      "--model",
      TINY_SD,
      "--input",
      folder.resolve("guide.mkv"),
      "--prompt",
      "field",
      "--preset",
      "plain",
      "--steps",
      2,
      "--control",
      "edge=" + TINY_SD.resolve("controlnet"),
      "--control-video",
      "edge=" + folder.resolve("style.mkv"),
      "--out",
      folder.resolve("a")
    };
    assertThat(run(common)).as(err.toString()).isZero();
    int off =
        run(
            "stylize",
            "--settings",
            folder.resolve("a.json"),
            "--control-scale",
            "edge=0",
            "--out",
            folder.resolve("b"));
    assertThat(off).as(err.toString()).isZero();
    assertThat(read("b").frames()).isNotEqualTo(read("a").frames());
  }

  @Test
  void stylize_wrongUse_hasExitCode2() {
    assertThat(run("stylize", "--out", folder.resolve("a"))).isEqualTo(2);
    assertThat(err.toString()).contains("--input is missing");
  }

  @Test
  void controlNetWithoutAPath_withAModelOfTheUser_isWrongUse() {
    int code =
        run(
            "stylize",
            "--model",
            TINY_SD,
            "--control",
            "tile",
            "--input",
            folder.resolve("guide.mkv"),
            "--prompt",
            "a",
            "--out",
            folder.resolve("a"));
    assertThat(code).isEqualTo(2);
    assertThat(err.toString()).contains("--control tile needs a path, --control tile=PATH");
  }

  @Test
  void stylize_withoutAModelInTheFolder_saysWhatIsMissing() throws IOException {
    Path empty = Files.createDirectory(folder.resolve("empty"));
    int code =
        run(
            "stylize",
            "--model",
            empty,
            "--input",
            folder.resolve("guide.mkv"),
            "--prompt",
            "x",
            "--out",
            folder.resolve("a"));
    assertThat(code).isEqualTo(1);
    assertThat(err.toString()).startsWith("diffsynth: ").contains("unet");
    assertThat(folder.resolve("a")).doesNotExist();
  }
}
