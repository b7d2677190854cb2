package org.diffsynth.video;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** Says clearly which paths cannot be read or written as files. */
final class MediaPaths {

  private static final Pattern ADDRESS =
      Pattern.compile("(https?|ftps?|sftp|rtmps?|rtsps?|rtp|udp|tcp|srt|s3|smb):[/\\\\].*");
  private static final int MOST_LINKS = 40;

  private MediaPaths() {}

  /** Throws an error if there is nothing at a path, or neither a file nor a folder. */
  static void checkInput(Path path) throws IOException {
    if (!Files.exists(path)) {
      if (ADDRESS.matcher(path.toString()).matches()) {
        throw new IOException(path + " is an address; download the file and name it instead");
      }
      if (path.toString().equals("-")) {
        throw new IOException(
            "there is no file named -, and standard input is not read; save the video to a file");
      }
      throw new IOException("there is no file or folder " + path);
    }
    if (!Files.isRegularFile(path) && !Files.isDirectory(path)) {
      throw new IOException(
          path
              + " is a pipe or a device, which cannot be read twice; save the video to a file, or"
              + " open it in Java with VideoFiles.open(InputStream)");
    }
  }

  /**
   * Returns the file that is written for a path: the target of symbolic links, or the path itself.
   *
   * @throws IOException if the file exists and cannot be replaced, whatever the settings
   */
  static Path checkOutput(Path path) throws IOException {
    Path file = path;
    for (int i = 0; i < MOST_LINKS && Files.isSymbolicLink(file); i++) {
      file = file.resolveSibling(Files.readSymbolicLink(file));
    }
    if (Files.isDirectory(file)) {
      throw new IOException(path + " is a folder, not a file");
    }
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new IOException(
          path
              + " is a pipe or a device, which a video cannot be written to; name a file, or write"
              + " it in Java with VideoFiles.write(OutputStream, ...)");
    }
    if (Files.exists(file) && !Files.isWritable(file)) {
      throw new IOException(path + " is write-protected");
    }
    return file;
  }
}
