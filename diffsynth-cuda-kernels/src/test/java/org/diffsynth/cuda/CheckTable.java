package org.diffsynth.cuda;

import java.util.Locale;

/** The table that {@link GpuCheck} prints, and whether all in it is as it must be. */
final class CheckTable {

  private boolean passed = true;

  /** Prints a row. */
  void row(String what, String result) {
    System.out.printf(Locale.ROOT, "| %s | %s |%n", what, result);
  }

  /** Prints a row with something that must not be. */
  void failed(String what, String result) {
    row(what, result);
    passed = false;
  }

  /** Prints a figure that must not exceed a limit. */
  void atMost(String what, double limit, double value, String result) {
    String verdict = "%s; must be at most %s".formatted(result, limit);
    if (value <= limit) {
      row(what, verdict);
    } else {
      failed(what, verdict + ": missed");
    }
  }

  /** Whether nothing failed so far. */
  boolean passed() {
    return passed;
  }
}
