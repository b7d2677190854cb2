package org.diffsynth.app.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.diffsynth.Preset;
import org.diffsynth.frame.FrameSize;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;

class SettingsTreeTest {

  @TempDir Path folder;

  @Command(name = "test")
  private static final class TestCommand {

    @ArgGroup(validate = false, heading = "%nOptions:%n")
    private Options options = new Options();

    private static final class Options {

      @Setting("sampling.steps")
      @Option(names = "--steps")
      private Integer steps;

      @Setting("sampling.seed")
      @Option(names = "--seed", defaultValue = "7")
      private Long seed;

      @Setting("output.size")
      @Option(names = "--size", converter = SizeConverter.class)
      private FrameSize size;

      @Setting("controlNets.*.folder")
      @Option(names = "--control")
      private Map<String, Path> folders;

      @Option(names = "--threads")
      private Integer threads;
    }
  }

  private static final class SizeConverter implements CommandLine.ITypeConverter<FrameSize> {
    @Override
    public FrameSize convert(String text) {
      return FrameSize.parse(text);
    }
  }

  private static ParseResult parse(String... arguments) {
    return new CommandLine(new TestCommand()).parseArgs(arguments);
  }

  private Path file(String json) throws IOException {
    return Files.writeString(folder.resolve("settings.json"), json);
  }

  @Test
  void given_ofOptions_hasOnlyTheSettingsAmongThem() throws IOException {
    ParseResult arguments =
        parse("--steps", "20", "--size", "64x32", "--control", "depth=a/b", "--threads", "2");
    SettingsTree tree = SettingsTree.given(arguments);
    RenderSettings settings = tree.settings();
    assertThat(settings.sampling().steps()).isEqualTo(20);
    assertThat(settings.sampling().seed()).isNull();
    assertThat(settings.output().size()).isEqualTo(new FrameSize(64, 32));
    assertThat(settings.controlNets().get("depth").folder()).isEqualTo(Path.of("a/b"));
    assertThat(tree.json()).contains("\"64x32\"", "\"a/b\"").doesNotContain("threads", "file:");
  }

  @Test
  void merge_ofDefaultsFileAndOptions_letsTheLaterWin() throws IOException {
    ParseResult arguments = parse("--steps", "20", "--control", "depth=d");
    Path file =
        file(
            """
            {"sampling": {"steps": 10, "seed": 3, "strength": null},
             "controlNets": {"depth": {"folder": "old", "scale": 0.5}, "edge": {"folder": "e"}}}
            """);
    SettingsTree tree =
        SettingsTree.defaults(arguments.commandSpec(), arguments)
            .putAll(SettingsTree.read(file))
            .putAll(SettingsTree.given(arguments));
    RenderSettings settings = tree.settings();
    assertThat(settings.sampling().steps()).isEqualTo(20);
    assertThat(settings.sampling().seed()).isEqualTo(3);
    assertThat(settings.sampling().strength()).isNull();
    assertThat(settings.controlNets().keySet()).containsExactly("depth", "edge");
    assertThat(settings.controlNets().get("depth").folder()).isEqualTo(Path.of("d"));
    assertThat(settings.controlNets().get("depth").scale()).isEqualTo(0.5);
  }

  @Test
  void defaults_ofOptionsThatAreGiven_areLeftOut() {
    ParseResult arguments = parse();
    assertThat(SettingsTree.defaults(arguments.commandSpec(), arguments).settings().sampling())
        .extracting(RenderSettings.Sampling::seed)
        .isEqualTo(7L);
    ParseResult given = parse("--seed", "8");
    assertThat(SettingsTree.defaults(given.commandSpec(), given).settings().sampling().seed())
        .isNull();
  }

  @Test
  void written_file_givesTheSameSettings() throws IOException {
    SettingsTree tree = SettingsTree.empty();
    tree.put("task", "stylize");
    tree.put("preset", Preset.PLAIN);
    tree.put("deflicker.at.steps", List.of(1, 2));
    tree.put("input.restoring.damage", Damage.NOISE);
    tree.put("sampling.scheduler", SchedulerName.DPM);
    Path file = folder.resolve("out.json");
    tree.write(file, Map.of("Program", "x"), Map.of("model.onnx", "abc"));
    assertThat(SettingsTree.read(file).settings()).isEqualTo(tree.settings());
    assertThat(Files.readString(file)).contains("\"madeBy\"", "\"model.onnx\" : \"abc\"");
  }

  @Test
  void remove_ofAPart_removesItsValues() {
    SettingsTree tree = SettingsTree.empty();
    tree.put("input.zBuffer.near", 1.0);
    tree.remove("input.zBuffer");
    tree.remove("input.poses.path");
    assertThat(tree.settings().input().zBuffer().near()).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'steps': 3} | no setting 'steps'; did you mean 'sampling.steps' or 'deflicker.at.steps'?",
        "{'negativePrompt': 'x'} | no setting 'negativePrompt'; did you mean 'guidance.negativePrompt'?",
        "{'sampling': {'colour': 3}} | no setting 'sampling.colour'",
        "{'prompt': 'a field'} | no setting 'prompt'; did you mean 'guidance.prompt'",
        "{'sampling': {'steps': 'many'}} | 'sampling.steps' has a value of the wrong type",
        "{'sampling': 3} | 'sampling' has a value of the wrong type",
        "{'output': {'size': '64'}} | size must look like 640x360, but was '64'",
        "{'output': {'size': 64}} | 'output.size'",
        "{'preset': 'NICE'} | 'preset' has a value of the wrong type",
        "[1] | must be one JSON object",
        "{'a': | not valid JSON"
      })
  void mistake_inAFile_isNamed(String json, String message) throws IOException {
    Path file = file(json.replace('\'', '"'));
    assertThatThrownBy(() -> SettingsTree.read(file))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(file + " is not a settings file: ")
        .hasMessageContaining(message);
  }
}
