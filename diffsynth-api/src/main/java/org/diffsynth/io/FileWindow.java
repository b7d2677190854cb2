package org.diffsynth.io;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Random access to the bytes of a file through a small buffer, for reading headers. Every read
 * beyond the end of the file is an {@link EOFException}.
 */
final class FileWindow implements Closeable {

  private static final int BUFFER = 4096;

  private final SeekableByteChannel channel;
  private final long size;
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER).limit(0);
  private long start;

  FileWindow(Path file) throws IOException {
    channel = Files.newByteChannel(file);
    size = channel.size();
  }

  long size() {
    return size;
  }

  /** Returns the byte at a position as a number from 0 to 255. */
  int u8(long at) throws IOException {
    if (at < 0 || at >= size) {
      throw new EOFException("the file ends at byte " + size);
    }
    if (at < start || at >= start + buffer.limit()) {
      channel.position(at);
      buffer.clear();
      if (channel.read(buffer) < 1) {
        throw new EOFException("the file ends before byte " + at);
      }
      buffer.flip();
      start = at;
    }
    return buffer.get((int) (at - start)) & 0xFF;
  }

  /** Returns two bytes as a big-endian number. */
  int u16(long at) throws IOException {
    return u8(at) << 8 | u8(at + 1);
  }

  /** Returns two bytes as a little-endian number. */
  int u16Little(long at) throws IOException {
    return u8(at) | u8(at + 1) << 8;
  }

  /** Returns four bytes as a big-endian number. */
  long u32(long at) throws IOException {
    return (long) u16(at) << 16 | u16(at + 2);
  }

  /** Returns four bytes as a little-endian number. */
  long u32Little(long at) throws IOException {
    return u16Little(at) | (long) u16Little(at + 2) << 16;
  }

  /** Returns whether the file has these Latin-1 characters at a position. */
  boolean has(long at, String text) throws IOException {
    if (at < 0 || at > size - text.length()) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      if (u8(at + i) != text.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** Returns bytes as Latin-1 characters. */
  String text(long at, int length) throws IOException {
    return new String(bytes(at, length), StandardCharsets.ISO_8859_1);
  }

  /** Returns a copy of a range of bytes. */
  byte[] bytes(long at, long length) throws IOException {
    if (at < 0 || length < 0 || length > size - at || length > Integer.MAX_VALUE - 8) {
      throw new EOFException("the file ends at byte " + size);
    }
    ByteBuffer bytes = ByteBuffer.allocate((int) length);
    channel.position(at);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes) < 0) {
        throw new EOFException("the file ends before byte " + (at + length));
      }
    }
    return bytes.array();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
