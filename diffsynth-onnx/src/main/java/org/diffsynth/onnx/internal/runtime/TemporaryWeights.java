package org.diffsynth.onnx.internal.runtime;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.diffsynth.internal.host.TemporaryFolder;
import org.diffsynth.internal.text.Text;

/**
 * A temporary file of weights that are mapped into memory. Mapped weights count neither as heap nor
 * as direct memory, and the operating system may drop their pages when it needs the space.
 *
 * <p>The file has no name any more while it is used (on Windows: it is deleted when it is closed),
 * so that it disappears even if the process is killed.
 */
final class TemporaryWeights implements AutoCloseable {
  private static final int ALIGNMENT = 4096;
  private static final int CHUNK_BYTES = 1 << 20;

  private final FileChannel channel;
  private final ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK_BYTES);
  private long end;

  private TemporaryWeights(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Checks that the folder of temporary files has room.
   *
   * @param what what needs the room, as the subject of the error message
   * @param bytes room that is needed
   * @throws IOException if the folder is missing or has less room; the message tells the figures
   */
  static void requireSpace(String what, long bytes, Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new IOException(
          Text.format(
              "the folder for temporary files, '%s', is missing; create it, or name another one with -Djava.io.tmpdir=DIR",
              folder));
    }
    long free = Files.getFileStore(folder).getUsableSpace();
    if (free < bytes) {
      throw new IOException(
          Text.format(
              "%s needs %d MB in the folder for temporary files, but '%s' has %d MB left; make room, or name another folder with -Djava.io.tmpdir=DIR",
              what, (bytes >> 20) + 1, folder, free >> 20));
    }
  }

  /** Creates an empty file. */
  static TemporaryWeights create(Path folder) throws IOException {
    Path path = TemporaryFolder.createFile(folder, ".weights");
    return new TemporaryWeights(
        FileChannel.open(
            path,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE));
  }

  /** Converts a part of a tensor to bytes. */
  @FunctionalInterface
  interface Values {
    /**
     * Writes elements until the buffer is full.
     *
     * @param first index of the first element
     * @param bytes receives the elements; its room is a whole number of elements
     */
    void write(int first, ByteBuffer bytes);
  }

  /**
   * Appends a tensor.
   *
   * @param count number of elements
   * @param width bytes of one element
   * @return the bytes of the tensor, mapped for reading; valid until the garbage collector frees
   *     the buffer
   * @throws IOException if the file cannot be written, usually because the disk is full
   */
  ByteBuffer append(int count, int width, Values values) throws IOException {
    long start = (end + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    end = start + (long) count * width;
    long position = start;
    for (int first = 0; first < count; first += CHUNK_BYTES / width) {
      chunk.clear().limit(Math.min(CHUNK_BYTES / width, count - first) * width);
      chunk.order(ByteOrder.LITTLE_ENDIAN);
      values.write(first, chunk);
      chunk.flip();
      while (chunk.hasRemaining()) {
        position += channel.write(chunk, position);
      }
    }
    return channel
        .map(FileChannel.MapMode.READ_ONLY, start, end - start)
        .order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Deletes the file. The mapped tensors remain valid. */
  @Override
  public void close() throws IOException {
    channel.close();
  }
}
