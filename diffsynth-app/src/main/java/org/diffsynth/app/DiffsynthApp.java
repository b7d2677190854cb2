package org.diffsynth.app;

import org.diffsynth.app.measure.CompareCommand;
import org.diffsynth.app.measure.MeasureCommand;
import org.diffsynth.app.render.FashionCommand;
import org.diffsynth.app.render.ImageStyleCommand;
import org.diffsynth.app.render.Render3dCommand;
import org.diffsynth.app.render.RestoreCommand;
import org.diffsynth.app.render.TextStyleCommand;
import org.diffsynth.app.terminal.Interruption;
import org.diffsynth.app.terminal.Versions;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Spec;

/** The app {@code diffsynth}. Exit codes: 0 done, 1 failed, 2 wrong use. */
@Command(
    name = "diffsynth",
    description = "Makes flickering video steady.",
    mixinStandardHelpOptions = true,
    versionProvider = Versions.class,
    subcommands = {
      QuickstartCommand.class,
      DeflickerCommand.class,
      TextStyleCommand.class,
      ImageStyleCommand.class,
      FashionCommand.class,
      RestoreCommand.class,
      Render3dCommand.class,
      InterpolateCommand.class,
      AnnotateCommand.class,
      MeasureCommand.class,
      CompareCommand.class,
      SceneCommand.class,
      BackendsCommand.class
    },
    footer = {
      "",
      "Exit codes: 0 done, 1 failed, 2 wrong use. 'diffsynth COMMAND --help' explains a command.",
      "A video is a file (.mp4 .mov .mkv .webm .avi .gif) or a folder of pictures."
    })
public final class DiffsynthApp implements Runnable {

  @Spec private CommandLine.Model.CommandSpec spec;

  private DiffsynthApp() {}

  /** Runs a command and ends the JVM with its exit code. */
  public static void main(String[] arguments) {
    int code = run(arguments);
    if (!Interruption.isEnding()) {
      System.exit(code);
    }
  }

  private static int run(String[] arguments) {
    CommandLine commandLine = commandLine();
    try {
      return commandLine.execute(arguments);
    } catch (OutOfMemoryError e) {
      commandLine.getErr().println("diffsynth: " + Failure.message(e));
      return Failure.FAILED;
    }
  }

  static CommandLine commandLine() {
    return new CommandLine(new DiffsynthApp())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler(Failure::report);
  }

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(), "Say what to do: 'diffsynth quickstart' shows it on built-in video.");
  }
}
