package org.diffsynth.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.diffsynth.io.FrameFiles;
import org.diffsynth.testkit.scene.MovingScene;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the commands of docs/tasks.md for the model inside the app, on smaller and fewer frames. */
class TasksPageTest {

  private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|(\\S+)");

  @TempDir private Path folder;

  private static List<String> commands() throws IOException {
    String page = Files.readString(Path.of("../docs/tasks.md"));
    String section = page.substring(page.indexOf("## With the model inside the app"));
    String block = section.substring(section.indexOf("```sh") + 5);
    return block
        .substring(0, block.indexOf("```"))
        .lines()
        .filter(line -> line.startsWith("diffsynth "))
        .toList();
  }

  /** Returns the words of a command, with files in the temporary folder. */
  private List<Object> words(String command) {
    List<Object> words = new ArrayList<>();
    Matcher matcher = WORD.matcher(command.substring("diffsynth ".length()));
    while (matcher.find()) {
      String word = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
      boolean isFile =
          word.equals("scene") && !words.isEmpty() || word.matches("scene/.*|.*\\.(mp4|png)");
      words.add(isFile ? folder.resolve(word) : word);
    }
    return words;
  }

  @Test
  void everyCommand_asWritten_works() throws IOException {
    MovingScene scene = MovingScene.DEFAULT.withSize(96, 64).withWalker(true);
    FrameFiles.writePicture(folder.resolve("painting.png"), scene.truthFrame(0));
    FrameFiles.writePicture(folder.resolve("person.png"), scene.guideFrame(0));
    List<String> commands = commands();
    assertThat(commands).hasSize(6);
    for (String command : commands) {
      String small = command.replace("384x256", "96x64").replace("--frames 8", "--frames 3");
      List<Object> words = words(small);
      if (!words.get(0).equals("scene")) {
        words.addAll(List.of("--steps", 4));
      }
      Outcomes.Outcome outcome = Outcomes.run(words.toArray());
      assertThat(outcome.code()).as("%s%n%s", command, outcome.err()).isZero();
    }
    assertThat(folder.resolve("walking.mp4")).isNotEmptyFile();
  }
}
