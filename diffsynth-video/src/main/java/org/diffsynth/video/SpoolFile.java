package org.diffsynth.video;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import org.diffsynth.internal.host.PartName;
import org.diffsynth.internal.host.TemporaryFolder;
import org.diffsynth.internal.text.Text;

/**
 * A temporary file that stands for a stream, because a container is read and written at several
 * places in turn. Closing it deletes the file.
 */
final class SpoolFile implements AutoCloseable {

  private static final int BLOCK = 1 << 16;
  private static final long RESERVE = 64L << 20;

  private final PartName part;
  private final Path folder;
  private final Path file;

  /**
   * Creates a folder for the temporary file, which only the owner can read.
   *
   * @param name name of the file; its extension decides the container of a file that is written
   */
  SpoolFile(String name) throws IOException {
    part = TemporaryFolder.createFolder("diffsynth-stream");
    folder = part.path();
    file = folder.resolve(name);
  }

  /** Returns the temporary file. */
  Path file() {
    return file;
  }

  /**
   * Copies a stream into the file.
   *
   * @param maxBytes largest length of the stream that is accepted
   */
  void fill(InputStream in, long maxBytes) throws IOException {
    FileStore disk = Files.getFileStore(folder);
    byte[] block = new byte[BLOCK];
    long length = 0;
    try (var out = Files.newOutputStream(file)) {
      for (int count = in.read(block); count >= 0; count = in.read(block)) {
        length += count;
        if (length > maxBytes) {
          throw new IOException(
              Text.format("the stream is longer than the limit of %d bytes", maxBytes));
        }
        if (disk.getUsableSpace() < RESERVE) {
          throw new IOException(
              Text.format(
                  "the stream does not fit into the temporary folder %s, which is almost full after"
                      + " %d bytes",
                  folder.getParent(), length));
        }
        out.write(block, 0, count);
      }
    }
  }

  /** Returns an error whose message names the stream instead of the temporary file. */
  IOException renamed(IOException e) {
    String message = e.getMessage();
    return message == null || !message.contains(file.toString())
        ? e
        : new IOException(message.replace(file.toString(), "the stream"), e);
  }

  @Override
  public void close() throws IOException {
    part.delete();
  }
}
