package org.diffsynth.app.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** Messages about memory, for the texts that Java 17 gives to an OutOfMemoryError. */
class ErrorReportTest {

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
