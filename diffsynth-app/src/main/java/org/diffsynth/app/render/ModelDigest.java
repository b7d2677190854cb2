package org.diffsynth.app.render;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Fingerprint of model files that covers every byte of them.
 *
 * <p>A single file has its SHA-256, as {@code sha256sum} prints it, after {@code sha256:}. A folder
 * has a hash that all cores compute together, after {@code sha256-16m:}: each file is cut into
 * blocks of 16 MiB, and the SHA-256 is taken over, for each file in order of name, the name (UTF-8,
 * with slashes), a zero byte, the length (8 bytes, big-endian) and the SHA-256 of each block.
 */
final class ModelDigest {
  private static final int BLOCK_BYTES = 16 << 20;
  private static final int BUFFER_BYTES = 1 << 18;

  private ModelDigest() {}

  /** Returns the fingerprint of a single file. */
  static String of(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file);
        DigestInputStream digest = new DigestInputStream(in, sha256())) {
      digest.transferTo(OutputStream.nullOutputStream());
      return "sha256:" + HexFormat.of().formatHex(digest.getMessageDigest().digest());
    }
  }

  /**
   * Returns the fingerprint of some files of a folder.
   *
   * @param files files of the folder, in order of name
   */
  static String of(Path folder, List<Path> files) throws IOException {
    MessageDigest all = sha256();
    for (Path file : files) {
      String name = folder.relativize(file).toString().replace('\\', '/');
      long length = Files.size(file);
      all.update(name.getBytes(StandardCharsets.UTF_8));
      all.update((byte) 0);
      all.update(ByteBuffer.allocate(Long.BYTES).putLong(length).array());
      try (FileChannel channel = FileChannel.open(file)) {
        int blocks = Math.toIntExact((length + BLOCK_BYTES - 1) / BLOCK_BYTES);
        IntStream.range(0, blocks)
            .parallel()
            .mapToObj(block -> block(channel, (long) block * BLOCK_BYTES))
            .toList()
            .forEach(all::update);
      } catch (UncheckedIOException e) {
        throw e.getCause();
      }
    }
    return "sha256-16m:" + HexFormat.of().formatHex(all.digest());
  }

  private static byte[] block(FileChannel channel, long start) {
    MessageDigest digest = sha256();
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
    try {
      for (int done = 0; done < BLOCK_BYTES; ) {
        int count = channel.read(buffer.clear(), start + done);
        if (count < 0) {
          break;
        }
        digest.update(buffer.flip());
        done += count;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return digest.digest();
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
