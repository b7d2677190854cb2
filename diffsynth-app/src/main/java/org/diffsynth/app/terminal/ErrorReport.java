package org.diffsynth.app.terminal;

import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import org.diffsynth.internal.text.Text;
import org.diffsynth.io.FrameFiles;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Turns failures into one line on the error stream and an exit code: 1 for a command that failed, 2
 * for a command line that cannot be understood.
 */
public final class ErrorReport {

  private static final int FAILED = CommandLine.ExitCode.SOFTWARE;

  /** Exit code of a wrong command line. */
  public static final int WRONG_USAGE = CommandLine.ExitCode.USAGE;

  private ErrorReport() {}

  /** Installs this report in a command line and its subcommands. */
  public static CommandLine install(CommandLine commandLine) {
    return commandLine
        .setExecutionStrategy(
            arguments -> {
              CommandLine.ParseResult last = arguments;
              while (last.hasSubcommand()) {
                last = last.subcommand();
              }
              if (!last.isUsageHelpRequested() && !last.isVersionHelpRequested()) {
                checkOnce(last);
                checkRequired(last);
              }
              return new CommandLine.RunLast().execute(arguments);
            })
        .setParameterExceptionHandler((failure, arguments) -> report(failure))
        .setExecutionExceptionHandler(ErrorReport::report);
  }

  /**
   * Checks that no option with one value is repeated. In a group that only sorts the help, picocli
   * would start the group again at the repeated option and forget the other options of the group.
   */
  private static void checkOnce(CommandLine.ParseResult arguments) {
    CommandSpec command = arguments.commandSpec();
    for (ArgGroupSpec group : command.argGroups()) {
      List<CommandLine.ParseResult.GroupMatch> matches =
          arguments.findMatches(group).stream()
              .flatMap(container -> container.matches().stream())
              .toList();
      for (OptionSpec option : group.options()) {
        if (matches.stream().filter(match -> !match.matchedValues(option).isEmpty()).count() > 1) {
          throw new CommandLine.ParameterException(
              command.commandLine(), option.longestName() + " is given more than once");
        }
      }
    }
  }

  /** Checks required options, which picocli does not check in groups that only sort the help. */
  private static void checkRequired(CommandLine.ParseResult arguments) {
    CommandSpec command = arguments.commandSpec();
    List<String> missing =
        command.options().stream()
            .filter(OptionSpec::required)
            .filter(option -> option.getValue() == null)
            .map(OptionSpec::longestName)
            .toList();
    if (!missing.isEmpty()) {
      throw new CommandLine.ParameterException(
          command.commandLine(),
          String.join(" and ", missing) + (missing.size() == 1 ? " is missing" : " are missing"));
    }
  }

  private static int report(CommandLine.ParameterException failure) {
    String message =
        failure instanceof CommandLine.UnmatchedArgumentException unmatched
            ? unmatched(unmatched)
            : reworded(failure.getMessage().lines().findFirst().orElse("wrong usage"));
    return reportUsage(failure.getCommandLine(), message);
  }

  private static String unmatched(CommandLine.UnmatchedArgumentException failure) {
    String argument = failure.getUnmatched().get(0);
    CommandSpec command = failure.getCommandLine().getCommandSpec();
    List<String> known = new ArrayList<>();
    String kind;
    if (argument.startsWith("-")) {
      kind = "unknown option";
      command.options().forEach(option -> known.addAll(List.of(option.names())));
    } else if (!command.subcommands().isEmpty()) {
      kind = "unknown command";
      known.addAll(command.subcommands().keySet());
    } else {
      kind = "unexpected argument";
    }
    String name = argument.replaceFirst("=.*", "");
    return Text.format(
        "%s '%s'%s",
        kind,
        name,
        Suggestions.nearest(name, known)
            .map(near -> Text.format("; did you mean '%s'?", near))
            .orElseGet(() -> expandedPattern(argument)));
  }

  /** Returns advice for a pattern of pictures that the shell has replaced by many arguments. */
  private static String expandedPattern(String argument) {
    Path file = Path.of(argument);
    if (!Files.isRegularFile(file) || !FrameFiles.isPicture(file)) {
      return "";
    }
    Path parent = file.getParent();
    return "; to read several pictures, name their folder"
        + (parent == null ? "" : " " + parent)
        + ", or put quotes around a pattern such as '*.png'";
  }

  /** Brings picocli's messages about values into the form of the app's own messages. */
  private static String reworded(String message) {
    return message
        .replaceFirst(
            "^Missing required parameter for option '(\\S+)' \\((.*)\\)", "$1 needs a value: $2")
        .replaceFirst("^Invalid value for option '(\\S+)'(?: \\(.*?\\))?: ", "$1: ")
        .replaceFirst(
            "^(\\S+): expected one of \\[(.*)] .*but was", "$1 must be one of $2, but was")
        .replaceFirst(
            "^(\\S+): ('.*') is not an? (?:int|long)$", "$1 must be a whole number, but was $2")
        .replaceFirst(
            "^(\\S+): ('.*') is not an? (?:float|double)$", "$1 must be a number, but was $2");
  }

  private static int reportUsage(CommandLine command, String message) {
    String name = command.getCommandSpec().qualifiedName();
    command.getErr().printf(Locale.ROOT, "%s: %s%nTry '%s --help'.%n", name, message, name);
    command.getErr().flush();
    return WRONG_USAGE;
  }

  private static int report(
      Exception failure, CommandLine command, CommandLine.ParseResult arguments) {
    if (failure instanceof UsageException) {
      return reportUsage(command, failure.getMessage());
    }
    command.getErr().println("diffsynth: " + message(failure) + KeptFrames.of(failure));
    if (isDebugging(arguments)) {
      failure.printStackTrace(command.getErr());
    }
    command.getErr().flush();
    return FAILED;
  }

  /** Reports which memory of the Java process is too small, and returns the exit code. */
  public static int report(OutOfMemoryError failure, CommandLine command) {
    String cause = String.valueOf(failure.getMessage());
    command
        .getErr()
        .println(
            "diffsynth: "
                + tooSmall(cause, Runtime.getRuntime().maxMemory() >> 20)
                + KeptFrames.of(failure));
    command.getErr().flush();
    return FAILED;
  }

  private static String tooSmall(String cause, long heap) {
    if (cause.contains("direct buffer memory")) {
      return Text.format(
          "the direct memory of Java is too small (%s); start Java with -XX:MaxDirectMemorySize=SIZE;"
              + " the default is the size of the heap, -Xmx, %d MB here",
          cause, heap);
    }
    if (cause.contains("Map failed") || cause.contains("native thread")) {
      return Text.format(
          "the operating system refused memory or threads (%s); close other programs, or raise the"
              + " limits of this process (ulimit -v, ulimit -u, vm.max_map_count)",
          cause);
    }
    if (cause.contains("Metaspace")) {
      return Text.format(
          "the memory for classes is too small (%s); start Java with a larger -XX:MaxMetaspaceSize",
          cause);
    }
    return Text.format(
        "the Java heap of %d MB is too small (%s); start Java with a larger -Xmx; smaller frames,"
            + " or a smaller --window where a command has it, also need less",
        heap, cause);
  }

  private static boolean isDebugging(CommandLine.ParseResult arguments) {
    return arguments.hasMatchedOption("--debug")
        || (arguments.hasSubcommand() && isDebugging(arguments.subcommand()));
  }

  private static String message(Exception failure) {
    if (failure instanceof FileAlreadyExistsException exists) {
      return exists.getFile() + " exists; choose another name, or replace it with --overwrite";
    }
    if (failure instanceof CancellationException) {
      return failure.getMessage();
    }
    if (failure instanceof FileSystemException file
        && file.getFile() != null
        && file.getReason() == null) {
      return bare(file);
    }
    String message = failure.getMessage();
    return message == null || message.isBlank()
        ? failure + " (run again with --debug to see the stack trace)"
        : message.lines().reduce((a, b) -> a + " " + b.strip()).orElse(message);
  }

  /** Words for exceptions of the file system whose message is only the name of the file. */
  private static String bare(FileSystemException failure) {
    String file = failure.getFile();
    if (failure instanceof NoSuchFileException) {
      return Text.format("the file %s does not exist (looked for at %s)", file, absolute(file));
    }
    if (failure instanceof AccessDeniedException) {
      return file + " may not be read or written: change its permissions, or choose another place";
    }
    if (failure instanceof NotDirectoryException) {
      return file + " is not a folder";
    }
    if (failure instanceof DirectoryNotEmptyException) {
      return file + " is a folder that is not empty";
    }
    return failure.getClass().getSimpleName() + ": " + file;
  }

  private static Object absolute(String file) {
    try {
      return Path.of(file).toAbsolutePath();
    } catch (InvalidPathException e) {
      return file; // a file of another file system
    }
  }
}
