package org.diffsynth.app.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;

/** Messages about memory and files. */
class ErrorReportTest {

  @Command(name = "failing")
  private record Failing(Exception failure) implements Callable<Integer> {

    @Override
    public Integer call() throws Exception {
      throw failure;
    }
  }

  private static String report(Exception failure) {
    StringWriter text = new StringWriter();
    CommandLine command = new CommandLine(new Failing(failure)).setErr(new PrintWriter(text));
    ErrorReport.install(command);
    assertThat(command.execute()).isEqualTo(1);
    return text.toString();
  }

  /** The message of such an exception is only the name of the file. */
  @Test
  void report_exceptionOfTheFileSystem_saysWhatIsWrongWithTheFile() {
    assertThat(report(new NoSuchFileException("a/b.mp4")))
        .contains(
            "the file a/b.mp4 does not exist", Path.of("a/b.mp4").toAbsolutePath().toString());
    assertThat(report(new AccessDeniedException("b.mp4"))).contains("b.mp4 may not be read");
    assertThat(report(new NotDirectoryException("b.mp4"))).contains("b.mp4 is not a folder");
    assertThat(report(new FileSystemException("b.mp4", null, "disk full"))).contains("disk full");
  }

  /** With the texts that Java 17 gives to an OutOfMemoryError. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Java heap space | Java heap of | -Xmx",
        "Cannot reserve 52428800 bytes of direct buffer memory (allocated: 1, limit: 2) | direct memory | -XX:MaxDirectMemorySize",
        "Map failed | operating system refused | vm.max_map_count",
        "unable to create native thread: possibly out of memory | operating system refused | ulimit -u",
        "Metaspace | memory for classes | -XX:MaxMetaspaceSize",
      })
  void report_outOfMemory_namesTheMemoryAndItsSetting(String cause, String what, String setting) {
    StringWriter text = new StringWriter();
    CommandLine command = new CommandLine(CommandSpec.create()).setErr(new PrintWriter(text));

    int code = ErrorReport.report(new OutOfMemoryError(cause), command);

    assertThat(code).isEqualTo(1);
    assertThat(text.toString()).contains(cause, what, setting).doesNotContain("for frames of");
  }
}
