package org.diffsynth.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;

/** Runs the app as a user would, and checks how it ended. */
final class Outcomes {

  private Outcomes() {}

  record Outcome(int code, String out, String err) {}

  static Outcome run(Object... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code =
        DiffsynthApp.commandLine()
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true))
            .execute(Arrays.stream(arguments).map(Object::toString).toArray(String[]::new));
    return new Outcome(code, out.toString(), err.toString());
  }

  static void assertDone(Outcome outcome) {
    assertThat(outcome.code()).as(outcome.err()).isZero();
  }

  static void assertFails(Outcome outcome, String... parts) {
    assertThat(outcome.code()).as(outcome.err()).isEqualTo(1);
    assertThat(outcome.err()).startsWith("diffsynth: ").contains(parts);
    assertThat(outcome.err().lines()).hasSize(1);
  }

  static void assertWrongUse(Outcome outcome, String part) {
    assertThat(outcome.code()).as(outcome.err()).isEqualTo(2);
    assertThat(outcome.err()).startsWith("diffsynth").contains(part);
    assertThat(outcome.err().lines()).hasSize(2);
    assertThat(outcome.err().lines().toList().get(1)).matches("Try 'diffsynth( \\w+)* --help'\\.");
    assertThat(outcome.out()).isEmpty();
  }
}
