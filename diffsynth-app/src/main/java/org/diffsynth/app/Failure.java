package org.diffsynth.app;

import java.nio.file.FileAlreadyExistsException;
import java.util.concurrent.CancellationException;
import picocli.CommandLine;

/** Says what went wrong in one line. */
final class Failure {

  static final int FAILED = 1;

  private Failure() {}

  static int report(Exception failure, CommandLine commandLine, CommandLine.ParseResult arguments) {
    commandLine.getErr().println("diffsynth: " + message(failure));
    if (debugAsked(arguments)) {
      failure.printStackTrace(commandLine.getErr());
    }
    return FAILED;
  }

  private static boolean debugAsked(CommandLine.ParseResult arguments) {
    return arguments.hasMatchedOption("--debug")
        || (arguments.hasSubcommand() && debugAsked(arguments.subcommand()));
  }

  static String message(OutOfMemoryError failure) {
    return ("a heap of %d MB is too small for frames of this size (%s); start Java"
            + " with a larger -Xmx, or take a smaller --window")
        .formatted(Runtime.getRuntime().maxMemory() >> 20, failure.getMessage());
  }

  private static String message(Exception failure) {
    if (failure instanceof FileAlreadyExistsException exists) {
      return exists.getFile() + " exists; give another name, or --overwrite to replace it";
    }
    if (failure instanceof CancellationException) {
      return failure.getMessage();
    }
    String message = failure.getMessage();
    return message == null || message.isBlank()
        ? failure + " (run again with --debug to see where)"
        : message.lines().reduce((a, b) -> a + " " + b.strip()).orElse(message);
  }
}
