package org.diffsynth.pose;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Puts a folder of JSON files, one per frame, in the order of their numbers. */
final class NumberedPoseFiles {

  private static final Pattern LAST_NUMBER = Pattern.compile("([0-9]+)[^0-9]*$");

  private NumberedPoseFiles() {}

  static Collection<Path> inOrder(Path folder) throws IOException {
    TreeMap<BigInteger, Path> byNumber = new TreeMap<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.json")) {
      for (Path file : files) {
        Matcher number = LAST_NUMBER.matcher(file.getFileName().toString());
        if (!number.find()) {
          throw new IOException(file + ": no frame number in the name");
        }
        Path other = byNumber.put(new BigInteger(number.group(1)), file);
        if (other != null) {
          throw new IOException("%s and %s have the same frame number".formatted(other, file));
        }
      }
    }
    if (byNumber.isEmpty()) {
      throw new IOException(folder + ": no file ends in .json");
    }
    return byNumber.values();
  }
}
