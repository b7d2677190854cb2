package org.diffsynth.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.diffsynth.frame.Video;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Prompts in the notation of web interfaces, with the files that they name. */
class PromptOptionsTest {
  private static final Path RESOURCES = Path.of("..", "diffsynth-onnx", "src", "test", "resources");
  private static final Path LORA = RESOURCES.resolve("lora/kohya.safetensors");
  private static final Path EASY = RESOURCES.resolve("prompts/easy-style.safetensors");

  @TempDir Path folder;
  private final StringWriter err = new StringWriter();
  private TaskInputs inputs;
  private Path loras;

  @BeforeEach
  void prepare() throws IOException {
    inputs = TaskInputs.in(Files.createDirectory(folder.resolve("in")));
    loras = Files.createDirectories(folder.resolve("loras/style"));
    Files.copy(LORA, loras.resolve("Old Film.safetensors"));
  }

  private int run(String out, String prompt, Object... more) {
    List<String> words =
        new ArrayList<>(List.of("stylize", "--model", TaskInputs.TINY_SD.toString(), "--input"));
    words.addAll(List.of(inputs.guide().toString(), "--prompt", prompt, "--steps", "2"));
    words.addAll(List.of("--attention", "none", "--deflicker-every", "0", "--out"));
    words.add(folder.resolve(out).toString());
    for (Object word : more) {
      words.add(word.toString());
    }
    return DiffsynthApp.commandLine()
        .setOut(new PrintWriter(new StringWriter(), true))
        .setErr(new PrintWriter(err, true))
        .execute(words.toArray(String[]::new));
  }

  private Video result(String out) throws IOException {
    return TaskInputs.read(folder.resolve(out));
  }

  @Test
  void loraInPrompt_withFolder_equalsTheOptionLora() throws IOException {
    Path parent = loras.getParent();
    assertThat(run("tag", "snow<lora:old film:0.75>", "--lora-dir", parent)).isZero();
    assertThat(run("option", "snow", "--lora", loras.resolve("Old Film.safetensors") + "=0.75"))
        .isZero();
    assertThat(run("plain", "snow")).isZero();
    assertThat(result("tag").frames()).isEqualTo(result("option").frames());
    assertThat(result("tag").frames()).isNotEqualTo(result("plain").frames());
    assertThat(Files.readString(folder.resolve("tag.json"))).contains("<lora:old film:0.75>");

    Path settings = folder.resolve("tag.json");
    assertThat(
            DiffsynthApp.commandLine()
                .execute(
                    "stylize",
                    "--settings",
                    settings.toString(),
                    "--input",
                    inputs.guide().toString(),
                    "--out",
                    folder.resolve("again").toString()))
        .isZero();
    assertThat(result("again").frames()).isEqualTo(result("tag").frames());
  }

  @Test
  void loraInPrompt_withoutFolder_isLeftOutWithOneWarning() throws IOException {
    assertThat(run("tag", "snow<lora:a:0.5>", "--negative-prompt", "<lora:b>")).isZero();
    assertThat(run("plain", "snow", "--negative-prompt", "")).isZero();
    assertThat(err.toString()).containsOnlyOnce("<lora:a:0.5>, <lora:b>").contains("--lora-dir");
    assertThat(result("tag").frames()).isEqualTo(result("plain").frames());
  }

  @Test
  void loraInPrompt_wrong_isAnErrorThatNamesIt() {
    assertThat(run("x", "<lora:Old Fim:1>", "--lora-dir", loras)).isEqualTo(1);
    assertThat(err.toString()).contains("no LoRA 'Old Fim'").contains("mean 'Old Film'?");
    assertThat(run("x", "<lora:Old Film:much>", "--lora-dir", loras)).isEqualTo(2);
    assertThat(err.toString()).contains("scale must be a number, but was 'much'");
    assertThat(run("x", "<lora:Old Film>", "--lora-dir", folder.resolve("none"))).isEqualTo(1);
    assertThat(err.toString()).contains("(--lora-dir) is not a folder");
  }

  @Test
  void embedding_itsWordInThePrompt_changesTheResult() throws IOException {
    assertThat(run("with", "easy-style", "--embedding", EASY)).isZero();
    assertThat(run("named", "(film:1.0)", "--embedding", "film=" + EASY)).isZero();
    assertThat(run("plain", "easy-style")).isZero();
    assertThat(result("with").frames()).isEqualTo(result("named").frames());
    assertThat(result("with").frames()).isNotEqualTo(result("plain").frames());
    assertThat(run("x", "a", "--embedding", folder.resolve("none.safetensors"))).isEqualTo(1);
    assertThat(err.toString()).contains("none.safetensors is missing");
  }
}
