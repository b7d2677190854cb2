package org.diffsynth.app.terminal;

import java.io.Console;

/** Finds out whether a person watches the output. */
final class Terminal {

  private Terminal() {}

  /**
   * Returns whether input and output are a terminal.
   *
   * <p>Before Java 22 there is a {@link Console} only on a terminal. Since Java 22 there is always
   * one, and its new method {@code isTerminal} tells the difference.
   */
  static boolean isInteractive() {
    Console console = System.console();
    if (console == null) {
      return false;
    }
    try {
      return (Boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (NoSuchMethodException e) {
      return true;
    } catch (ReflectiveOperationException e) {
      return false;
    }
  }
}
