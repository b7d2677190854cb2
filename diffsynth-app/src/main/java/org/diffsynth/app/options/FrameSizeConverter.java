package org.diffsynth.app.options;

import org.diffsynth.frame.FrameSize;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a frame size such as {@code 640x360} from the command line. */
public final class FrameSizeConverter implements ITypeConverter<FrameSize> {

  @Override
  public FrameSize convert(String text) {
    try {
      return FrameSize.parse(text);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }
}
