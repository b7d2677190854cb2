package org.diffsynth.video;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.diffsynth.internal.text.Text;

/**
 * Checks a Matroska, WebM or AVI file against the length that it states. FFmpeg reads a truncated
 * file up to its end without an error.
 *
 * <p>A Matroska file is an EBML header followed by one segment, each an id, a size and a body (RFC
 * 8794, sections 4 to 6; RFC 9559, section 4.5). An AVI file starts with {@code RIFF} and a size.
 * Programs that record fill in the length at the end, so a file that was never finished states
 * none.
 */
final class StatedLength {

  private static final int RIFF = 0x52494646;
  private static final int EBML = 0x1A45DFA3;
  private static final int SEGMENT = 0x18538067;

  private StatedLength() {}

  /**
   * Returns whether the file states its length.
   *
   * @throws IOException if the file is shorter
   */
  static boolean check(Path file) throws IOException {
    long stated = stated(file);
    if (stated > Files.size(file)) {
      throw new IOException(
          Text.format(
              "%s is truncated: it should have %d bytes, and %d are there",
              file, stated, Files.size(file)));
    }
    return stated > 0;
  }

  /** Returns the stated length in bytes, or 0 if the file states none. */
  private static long stated(Path file) throws IOException {
    if (Files.size(file) < 64) {
      return 0;
    }
    try (InputStream stream = Files.newInputStream(file);
        DataInputStream in = new DataInputStream(stream)) {
      int id = in.readInt();
      if (id == RIFF) {
        // Some programs write a length that is wrong by a little, so it is no reason for an error.
        long length = 8 + Integer.toUnsignedLong(Integer.reverseBytes(in.readInt()));
        return length == 8 || length > Files.size(file) ? 0 : length;
      }
      if (id != EBML) {
        return 0;
      }
      long[] header = size(in);
      in.skipNBytes(header[0]);
      if (in.readInt() != SEGMENT) {
        return 0;
      }
      long[] segment = size(in);
      return segment[0] < 0 ? 0 : 4 + header[1] + header[0] + 4 + segment[1] + segment[0];
    }
  }

  /** Reads a size, -1 if it is unknown, and returns it with the number of bytes it is stored in. */
  private static long[] size(DataInputStream in) throws IOException {
    int first = in.readUnsignedByte();
    int length = Integer.numberOfLeadingZeros(first) - 24 + 1;
    long value = first & (0xFF >> length);
    long unknown = 0xFF >> length;
    for (int i = 1; i < length; i++) {
      value = value << 8 | in.readUnsignedByte();
      unknown = unknown << 8 | 0xFF;
    }
    return new long[] {value == unknown ? -1 : value, length};
  }
}
