package org.diffsynth.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.diffsynth.frame.Monitor;
import org.diffsynth.testkit.scene.MovingScene;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The app in processes with other digits, other decimal points and other character sets. */
class AnyLocaleTest {

  private static final String OTHER_DIGITS =
      "(?s).*[\\u0660-\\u0669\\u06F0-\\u06F9\\u0966-\\u096F\\u0E50-\\u0E59\\u066B\\u066C].*";

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-Duser.language=ar -Duser.country=EG",
        "-Duser.language=fa -Duser.country=IR",
        "-Duser.language=th -Duser.country=TH -Duser.extensions=u-nu-thai",
        "-Duser.language=de -Duser.country=DE",
        "-Duser.language=tr -Duser.country=TR"
      })
  void deflicker_anyLocale_writesTheSameNamesAndNumbers(String locale) throws Exception {
    paint();
    deflicker(List.of("-Duser.language=en"), "en");
    String log = deflicker(List.of(locale.split(" ")), "other");

    assertThat(log).contains("100 %, 6/6 frames").doesNotMatch(OTHER_DIGITS);
    List<String> names = names(folder.resolve("other"));
    assertThat(names).contains("00000.png").isEqualTo(names(folder.resolve("en")));
    for (String name : names) {
      assertThat(folder.resolve("other").resolve(name))
          .hasSameBinaryContentAs(folder.resolve("en").resolve(name));
    }
    String report = Files.readString(folder.resolve("other.html"));
    assertThat(report).doesNotMatch(OTHER_DIGITS);
    assertThat(drawings(report)).isEqualTo(drawings(Files.readString(folder.resolve("en.html"))));
  }

  /** The parts of a page that a machine reads, without times. */
  private static String drawings(String report) {
    StringBuilder found = new StringBuilder();
    Matcher parts = Pattern.compile("(?s)<style>.*?</style>|<svg.*?</svg>").matcher(report);
    while (parts.find()) {
      found.append(parts.group());
    }
    assertThat(found).isNotEmpty();
    return found.toString();
  }

  @Test
  void prompt_localeWithoutItsCharacters_isRefusedBeforeTheWork() throws Exception {
    assumeTrue(Files.exists(Path.of("/proc")), "LC_ALL sets the character set");

    String log =
        run(
            List.of(),
            Map.of("LC_ALL", "C"),
            List.of("stylize", "--prompt", "caf\u00e9 \u685c", "--input", "a.mp4"));

    assertThat(log)
        .contains("has characters that the locale of this shell")
        .contains("LC_ALL=C.UTF-8")
        .contains("exit code 2");
  }

  private void paint() throws IOException {
    SceneCommand.write(
        MovingScene.DEFAULT.withSize(64, 48).withFrames(6), folder, false, Monitor.NONE);
  }

  private String deflicker(List<String> settings, String name) throws Exception {
    return run(
        settings,
        Map.of(),
        List.of(
            "deflicker",
            "--guide",
            folder.resolve("guide.mkv").toString(),
            "--style",
            folder.resolve("style.mkv").toString(),
            "--out",
            folder.resolve(name).toString(),
            "--report",
            folder.resolve(name + ".html").toString(),
            "--window",
            "2"));
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private static String run(
      List<String> settings, Map<String, String> environment, List<String> arguments)
      throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(settings);
    command.add("-cp");
    command.add(
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    command.add(DiffsynthApp.class.getName());
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("LC_ALL", "C.UTF-8");
    builder.environment().putAll(environment);
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return output + "exit code " + process.waitFor();
  }
}
