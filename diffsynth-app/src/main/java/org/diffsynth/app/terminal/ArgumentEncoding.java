package org.diffsynth.app.terminal;

import org.diffsynth.internal.text.Text;

/**
 * Finds arguments that Java could not decode. In the locale {@code C} or {@code POSIX} it knows
 * ASCII only and replaces every other byte, so a prompt or a file name would be a different one.
 */
public final class ArgumentEncoding {

  private static final char REPLACEMENT = '\uFFFD';

  private ArgumentEncoding() {}

  /**
   * Returns what is wrong with the arguments and what to do about it, or null if they are complete.
   *
   * @param encoding encoding of arguments, from the system property {@code sun.jnu.encoding}
   */
  public static String problem(String[] arguments, String encoding) {
    for (String argument : arguments) {
      if (argument.indexOf(REPLACEMENT) >= 0) {
        return Text.format(
            "the argument '%s' has characters that the locale of this shell (%s) does not have; set a"
                + " UTF-8 locale and run again: LC_ALL=C.UTF-8 (on Windows, write the prompt into a"
                + " settings file and name it with --settings)",
            argument, encoding);
      }
    }
    return null;
  }
}
