package org.diffsynth.app.options;

import org.diffsynth.frame.FrameRate;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a frame rate such as {@code 25}, {@code 29.97} or {@code 30000/1001}. */
public final class FrameRateConverter implements ITypeConverter<FrameRate> {

  @Override
  public FrameRate convert(String text) {
    try {
      return FrameRate.parse(text);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }
}
