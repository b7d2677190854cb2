package org.diffsynth.internal.text;

import java.util.Locale;

/**
 * Formats text alike on every machine.
 *
 * <p>{@link String#formatted} follows the default locale: under Arabic, Persian or Thai settings it
 * writes other digits, and under German ones another decimal point. A file name, a style sheet, a
 * settings file or a number in an error message must not depend on the machine, so this project
 * formats through this class, and the build refuses calls that use the default locale.
 */
public final class Text {
  private Text() {}

  /**
   * Formats with the digits 0 to 9 and a point before decimals.
   *
   * @param format a format in the notation of {@link java.util.Formatter}
   * @param values the values that the format refers to
   */
  public static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
