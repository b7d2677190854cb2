package org.diffsynth.app;

import java.io.PrintWriter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** How much a command tells. */
final class Verbosity {

  @Spec(Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = {"-q", "--quiet"},
      description = "Print errors only.")
  private boolean quiet;

  @Option(names = "--debug", description = "Print the stack trace of an error.")
  private boolean debug;

  boolean quiet() {
    return quiet;
  }

  /** Prints a line, unless asked to be quiet. */
  void say(String format, Object... values) {
    if (!quiet) {
      out().println(format.formatted(values));
      out().flush();
    }
  }

  PrintWriter out() {
    return spec.commandLine().getOut();
  }

  PrintWriter err() {
    return spec.commandLine().getErr();
  }

  /** Shows progress on the error stream, so that output can be piped. */
  ProgressLine progress() {
    return new ProgressLine(err(), quiet, Terminal.isInteractive());
  }
}
