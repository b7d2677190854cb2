package org.diffsynth.app.terminal;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.diffsynth.internal.text.Text;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A command of the app, with the options that all commands share. */
public abstract class AppCommand implements Callable<Integer> {

  /** Picocli's description of this command, for usage messages and errors. */
  @Spec protected CommandSpec spec;

  @ArgGroup(validate = false, order = 100, heading = "%nGeneral:%n")
  private General general = new General();

  private static final class General {

    @Option(
        names = {"-h", "--help"},
        usageHelp = true,
        description = "Print this help and exit.")
    private boolean help;

    @Option(
        names = {"-q", "--quiet"},
        description = "Print errors only. Default: print progress and what was written.")
    private boolean quiet;

    @Option(
        names = "--debug",
        description = "Print the stack trace of an error. Default: print one line.")
    private boolean debug;
  }

  /** Returns whether only errors are to be printed. */
  protected final boolean isQuiet() {
    return general.quiet;
  }

  /** Returns the writer for results. */
  protected final PrintWriter out() {
    return spec.commandLine().getOut();
  }

  /** Prints a formatted line, unless the command is quiet. */
  protected final void say(String format, Object... values) {
    if (!isQuiet()) {
      out().println(Text.format(format, values));
      out().flush();
    }
  }

  /**
   * Starts to show progress on the error stream and to turn Ctrl-C into a cancellation, until the
   * returned monitor is closed.
   */
  protected final CommandMonitor monitor() {
    PrintWriter err = spec.commandLine().getErr();
    return CommandMonitor.start(new ProgressLine(err, isQuiet(), Terminal.isInteractive()));
  }
}
