package org.diffsynth.app;

import org.diffsynth.app.measure.CompareCommand;
import org.diffsynth.app.measure.MeasureCommand;
import org.diffsynth.app.render.CheckCommand;
import org.diffsynth.app.render.FashionCommand;
import org.diffsynth.app.render.GenerateCommand;
import org.diffsynth.app.render.ImageStyleCommand;
import org.diffsynth.app.render.PresetDefaults;
import org.diffsynth.app.render.Render3dCommand;
import org.diffsynth.app.render.RenderCommand;
import org.diffsynth.app.render.RestoreCommand;
import org.diffsynth.app.render.StylizeCommand;
import org.diffsynth.app.terminal.ArgumentEncoding;
import org.diffsynth.app.terminal.CommandMonitor;
import org.diffsynth.app.terminal.ErrorReport;
import org.diffsynth.app.terminal.UsageException;
import org.diffsynth.app.terminal.Versions;
import org.diffsynth.video.VideoFiles;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The app {@code diffsynth}. Exit codes: 0 success, 1 failure, 2 wrong usage. */
@Command(
    name = "diffsynth",
    customSynopsis = {"diffsynth COMMAND [OPTIONS]", "       diffsynth COMMAND --help"},
    description = "Makes flickering video steady.",
    versionProvider = Versions.class,
    subcommands = {
      QuickstartCommand.class,
      DeflickerCommand.class,
      StylizeCommand.class,
      ImageStyleCommand.class,
      FashionCommand.class,
      RestoreCommand.class,
      Render3dCommand.class,
      GenerateCommand.class,
      InterpolateCommand.class,
      ShotsCommand.class,
      AnnotateCommand.class,
      MeasureCommand.class,
      CompareCommand.class,
      SceneCommand.class,
      DemoCommand.class,
      EnginesCommand.class,
      CheckCommand.class
    },
    commandListHeading = "%nCommands:%n",
    footer = {
      "",
      "A video is a file (.mp4 .mov .mkv .webm .avi .gif) or a folder of pictures.",
      "Exit codes: 0 success, 1 failure, 2 wrong usage, 128 + signal after Ctrl-C or a signal."
    })
public final class DiffsynthApp implements Runnable {

  private static final int HELP_COLUMNS = 100;
  private static final int OPTION_COLUMNS = 30;

  @ArgGroup(validate = false, heading = "%nGeneral:%n")
  private General general = new General();

  private static final class General {

    @Option(
        names = {"-h", "--help"},
        usageHelp = true,
        description = "Print this help and exit.")
    private boolean help;

    @Option(
        names = {"-V", "--version"},
        versionHelp = true,
        description = "Print the versions of the app and of Java, and exit.")
    private boolean version;
  }

  private DiffsynthApp() {}

  /** Runs a command and ends the JVM with its exit code. */
  public static void main(String[] arguments) {
    VideoFiles.muteFfmpeg();
    int code = run(arguments);
    if (!CommandMonitor.isJvmEnding()) {
      int signalled = CommandMonitor.signalStatus();
      System.exit(signalled == 0 ? code : signalled);
    }
  }

  private static int run(String[] arguments) {
    CommandLine commandLine = commandLine();
    String problem =
        ArgumentEncoding.problem(arguments, System.getProperty("sun.jnu.encoding", "unknown"));
    if (problem != null) {
      System.err.println("diffsynth: " + problem);
      return ErrorReport.WRONG_USAGE;
    }
    try {
      return commandLine.execute(arguments);
    } catch (OutOfMemoryError e) {
      return ErrorReport.report(e, commandLine);
    }
  }

  static CommandLine commandLine() {
    CommandLine commandLine = new CommandLine(new DiffsynthApp());
    commandLine
        .getSubcommands()
        .values()
        .forEach(
            subcommand -> {
              if (subcommand.getCommand() instanceof RenderCommand command) {
                subcommand.setResourceBundle(new PresetDefaults(command));
              }
              subcommand.getCommandSpec().usageMessage().sortOptions(false);
            });
    return ErrorReport.install(
        commandLine
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setUsageHelpWidth(HELP_COLUMNS)
            .setUsageHelpLongOptionsMaxWidth(OPTION_COLUMNS));
  }

  @Override
  public void run() {
    throw new UsageException("no command given; 'diffsynth quickstart' renders a built-in video");
  }
}
