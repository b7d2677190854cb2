package org.diffsynth.app.options;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.diffsynth.internal.text.Text;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Reads a number of bytes such as {@code 0}, {@code 512M} or {@code 4G} from the command line. K,
 * M, G and T are powers of 1024.
 */
public final class ByteCountConverter implements ITypeConverter<Long> {

  private static final Pattern SIZE = Pattern.compile("(\\d{1,9})([KMGT]?)B?");
  private static final String UNITS = "KMGT";

  @Override
  public Long convert(String text) {
    Matcher size = SIZE.matcher(text.trim().toUpperCase(Locale.ROOT));
    if (!size.matches()) {
      throw new TypeConversionException(
          Text.format(
              "'%s' is not a size; expected a number of bytes, or a number with K, M, G or T",
              text));
    }
    int power = size.group(2).isEmpty() ? 0 : UNITS.indexOf(size.group(2)) + 1;
    return Long.parseLong(size.group(1)) << (10 * power);
  }
}
