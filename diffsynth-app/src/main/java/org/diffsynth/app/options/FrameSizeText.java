package org.diffsynth.app.options;

import java.util.stream.Stream;
import picocli.CommandLine;

/** Reads sizes such as {@code "640x360"} from the command line. */
public final class FrameSizeText {

  private FrameSizeText() {}

  /** Width and height out of {@code "640x360"}. */
  public static int[] sides(String size, CommandLine.Model.CommandSpec spec) {
    if (!size.matches("[1-9]\\d{0,4}x[1-9]\\d{0,4}")) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "--size must look like 640x360, was " + size);
    }
    return Stream.of(size.split("x")).mapToInt(Integer::parseInt).toArray();
  }
}
