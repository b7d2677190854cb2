package org.diffsynth.app;

import org.diffsynth.app.terminal.UsageException;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Command {@code diffsynth demo}: groups the demonstrations on built-in input. */
@Command(
    name = "demo",
    customSynopsis = "diffsynth demo NAME [OPTIONS]",
    description = "Shows parts of the app on built-in input.",
    subcommands = {DeflickerDemoCommand.class, ComparisonDemoCommand.class})
final class DemoCommand implements Runnable {

  @ArgGroup(validate = false, heading = "%nGeneral:%n")
  private General general = new General();

  private static final class General {

    @Option(
        names = {"-h", "--help"},
        usageHelp = true,
        description = "Print this help and exit.")
    private boolean help;
  }

  @Override
  public void run() {
    throw new UsageException(
        "no demonstration given; 'diffsynth demo deflicker' and 'diffsynth demo comparison' are two");
  }
}
