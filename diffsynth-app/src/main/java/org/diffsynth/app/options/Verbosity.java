package org.diffsynth.app.options;

import java.io.PrintWriter;
import org.diffsynth.app.terminal.ProgressLine;
import org.diffsynth.app.terminal.Terminal;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** How much a command tells. */
public final class Verbosity {

  @Spec(Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = {"-q", "--quiet"},
      description = "Print errors only.")
  private boolean quiet;

  @Option(names = "--debug", description = "Print the stack trace of an error.")
  private boolean debug;

  public boolean quiet() {
    return quiet;
  }

  /** Prints a line, unless asked to be quiet. */
  public void say(String format, Object... values) {
    if (!quiet) {
      out().println(format.formatted(values));
      out().flush();
    }
  }

  public PrintWriter out() {
    return spec.commandLine().getOut();
  }

  public PrintWriter err() {
    return spec.commandLine().getErr();
  }

  /** Shows progress on the error stream, so that output can be piped. */
  public ProgressLine progress() {
    return new ProgressLine(err(), quiet, Terminal.isInteractive());
  }
}
