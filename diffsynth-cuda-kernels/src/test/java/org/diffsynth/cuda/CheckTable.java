package org.diffsynth.cuda;

import java.util.Locale;

/** Prints the table of {@link GpuCheck}, and records whether a check failed. */
final class CheckTable {

  private boolean passed = true;

  /** Prints a row. */
  void row(String what, String result) {
    System.out.printf(Locale.ROOT, "| %s | %s |%n", what, result);
  }

  /** Prints a row for a failed check. */
  void failed(String what, String result) {
    row(what, result);
    passed = false;
  }

  /** Prints a figure; the check fails if it exceeds the limit. */
  void atMost(String what, double limit, double value, String result) {
    String verdict = "%s; must be at most %s".formatted(result, limit);
    if (value <= limit) {
      row(what, verdict);
    } else {
      failed(what, verdict + ": missed");
    }
  }

  /** Returns whether no check failed so far. */
  boolean passed() {
    return passed;
  }
}
