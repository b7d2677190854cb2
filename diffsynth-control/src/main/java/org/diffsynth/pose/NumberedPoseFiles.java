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
import org.diffsynth.internal.text.Text;

/** Lists the pose files of a folder, one per frame, in the order of the numbers in their names. */
final class NumberedPoseFiles {

  private static final Pattern LAST_NUMBER = Pattern.compile("([0-9]+)[^0-9]*$");

  private NumberedPoseFiles() {}

  /**
   * Lists the files with the extension {@code .json}, ordered by the last number in each name.
   *
   * @throws IOException if there is no such file, if a name has no number, or if two files have the
   *     same number
   */
  static Collection<Path> inOrder(Path folder) throws IOException {
    TreeMap<BigInteger, Path> byNumber = new TreeMap<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.json")) {
      for (Path file : files) {
        if (file.getFileName().toString().startsWith(".")) {
          continue; // such as the ._ files of macOS
        }
        Matcher number = LAST_NUMBER.matcher(file.getFileName().toString());
        if (!number.find()) {
          throw new IOException(file + ": the file name has no frame number");
        }
        Path other = byNumber.put(new BigInteger(number.group(1)), file);
        if (other != null) {
          throw new IOException(Text.format("%s and %s have the same frame number", other, file));
        }
      }
    }
    if (byNumber.isEmpty()) {
      throw new IOException(folder + ": the folder has no file with the extension .json");
    }
    return byNumber.values();
  }
}
