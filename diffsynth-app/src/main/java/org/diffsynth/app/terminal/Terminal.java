package org.diffsynth.app.terminal;

import java.io.Console;

/** Whether somebody is watching. */
public final class Terminal {

  private Terminal() {}

  /**
   * From Java 22 on there is a console without a terminal too, and a method that tells them apart.
   */
  public static boolean isInteractive() {
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
