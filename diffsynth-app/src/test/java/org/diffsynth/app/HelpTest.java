package org.diffsynth.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The text of {@code --help}, and what the app prints for a command line with a mistake. */
class HelpTest {

  private static final int COLUMNS = 100;

  /** What a description says about an option that is not given. */
  private static final Pattern DEFAULT = Pattern.compile("\\b(Default: \\S|[Rr]equired\\b)");

  /** Options that do something at once and so need no default. */
  private static final List<String> ACTIONS = List.of("--help", "--version");

  static Stream<CommandSpec> commands() {
    CommandLine app = DiffsynthApp.commandLine();
    return Stream.concat(
        Stream.of(app.getCommandSpec()),
        app.getSubcommands().values().stream().map(CommandLine::getCommandSpec));
  }

  @ParameterizedTest
  @MethodSource("commands")
  void help_ofEveryCommand_fits100Columns(CommandSpec command) {
    String help = command.commandLine().getUsageMessage();
    assertThat(help.lines()).allSatisfy(line -> assertThat(line.length()).isLessThan(COLUMNS + 1));
    assertThat(help).contains("Usage: diffsynth").doesNotContain("${", "Default: null");
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everyOption_isInAGroupWithAHeading(CommandSpec command) {
    assertThat(command.options())
        .isNotEmpty()
        .allSatisfy(
            option -> {
              assertThat(option.group()).as(option.longestName()).isNotNull();
              assertThat(option.group().heading()).matches("%n[A-Z][\\w ,]+:%n");
              assertThat(option.group().validate()).as("only sorts the help").isFalse();
            });
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everyOption_saysItsDefaultOrThatItIsRequired(CommandSpec command) {
    String help = command.commandLine().getUsageMessage();
    for (OptionSpec option : command.options()) {
      if (!ACTIONS.contains(option.longestName())) {
        String description = String.join(" ", option.description());
        assertThat(DEFAULT.matcher(description).find())
            .as("%s: %s", option.longestName(), description)
            .isTrue();
      }
      if (option.defaultValue() != null && !option.typeInfo().isBoolean()) {
        assertThat(description(help, option)).contains("Default: " + option.defaultValue());
      }
      if (option.required()) {
        assertThat(String.join(" ", option.description())).contains("equired");
      }
    }
  }

  /** The lines of the help from an option to its default, joined. */
  private static String description(String help, OptionSpec option) {
    String all = help.replaceAll("\\s+", " ");
    int start = all.indexOf(option.longestName() + (option.arity().max() > 0 ? "=" : " "));
    assertThat(start).as(option.longestName()).isNotNegative();
    return all.substring(start, Math.min(all.length(), start + 600));
  }

  @Test
  void help_ofARenderingTask_showsTheDefaultsOfItsPreset() {
    String help = helpOf("fashion").replaceAll("\\s+", " ");
    assertThat(help)
        .contains("with the number. Default: 10.")
        .contains("Default: reference,-1,0,1.")
        .contains("keeps fine detail. Default: 1.")
        .contains("Default: DDIM_TRAILING.");
    assertThat(helpOf("restore").replaceAll("\\s+", " "))
        .contains("Default: as --damage says.")
        .contains("Default: best quality.");
  }

  private static String helpOf(String command) {
    return DiffsynthApp.commandLine().getSubcommands().get(command).getUsageMessage();
  }

  @Test
  void help_isPrintedToTheOutput_andHasExitCode0() {
    for (String[] arguments : new String[][] {{"--help"}, {"stylize", "-h"}, {"--version"}}) {
      Outcomes.Outcome outcome = Outcomes.run((Object[]) arguments);
      Outcomes.assertDone(outcome);
      assertThat(outcome.out()).contains("diffsynth");
      assertThat(outcome.err()).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "deflicker --styel a.mp4 --out b.mp4 | unknown option '--styel'; did you mean '--style'?",
        "deflickr | unknown command 'deflickr'; did you mean 'deflicker'?",
        "stylize --deflicker-windw 3 | did you mean '--deflicker-window'",
        "deflicker --window wide --style a --out b | --window must be a whole number, but was 'wide'",
        "deflicker --style a --out b --mode best | --mode must be one of",
        "deflicker --style a --out b --delay -1 | --delay must be in [0, 10000], but was -1",
        "deflicker --style a --out b --method flow --mode fast | --mode needs --method PATCH",
        "deflicker --style | --style needs a value",
        "deflicker --out b.mp4 | --style is missing",
        "deflicker | --style and --out are missing",
        "stylize --lora a.safetensors=much | --lora",
        "deflicker --style a --out b --quality 1 --quality 2 | --quality is given more than once",
        "stylize --lora a --lora b --prompt x --steps many | --steps must be a whole number",
        "measure a.mp4 | unexpected argument 'a.mp4'"
      })
  void mistake_isOneLineAndAHint(String arguments, String message) {
    Outcomes.Outcome outcome = Outcomes.run((Object[]) arguments.split(" "));
    Outcomes.assertWrongUse(outcome, message);
    String command = arguments.split(" ")[0];
    if (!command.equals("deflickr")) {
      assertThat(outcome.err()).endsWith("Try 'diffsynth " + command + " --help'.%n".formatted());
    }
  }
}
