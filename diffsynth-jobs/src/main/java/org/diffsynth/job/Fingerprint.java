package org.diffsynth.job;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.stream.Stream;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.Video;
import org.diffsynth.io.FrameFiles;

/** Texts that change when pictures change: SHA-256 of their bytes. */
final class Fingerprint {

  private static final int BUFFER = 1 << 20;

  private Fingerprint() {}

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
  }

  static String hex(byte[] digest) {
    return "sha256:" + HexFormat.of().formatHex(digest);
  }

  /** Returns the fingerprint of a file, or of all pictures of a folder or pattern. */
  static String of(Path path) throws IOException {
    MessageDigest digest = sha256();
    if (Files.isRegularFile(path)) {
      update(digest, path);
      return hex(digest.digest());
    }
    for (Path picture : files(path)) {
      digest.update(picture.getFileName().toString().getBytes(StandardCharsets.UTF_8));
      digest.update((byte) 0);
      update(digest, picture);
    }
    return hex(digest.digest());
  }

  /** Returns the pictures of a folder or pattern; of a folder without pictures all files. */
  private static List<Path> files(Path path) throws IOException {
    try {
      return FrameFiles.list(path);
    } catch (IOException e) {
      if (!Files.isDirectory(path)) {
        throw e;
      }
      try (Stream<Path> files = Files.list(path)) {
        return files.filter(Files::isRegularFile).sorted().toList();
      }
    }
  }

  private static void update(MessageDigest digest, Path file) throws IOException {
    byte[] buffer = new byte[BUFFER];
    long length = 0;
    try (InputStream in = Files.newInputStream(file)) {
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        digest.update(buffer, 0, read);
        length += read;
      }
    }
    digest.update(ByteBuffer.allocate(8).putLong(length).array());
  }

  static String of(Video video) {
    MessageDigest digest = sha256();
    for (int i = 0; i < video.size(); i++) {
      update(digest, video.frame(i));
    }
    return hex(digest.digest());
  }

  static String of(SortedMap<Integer, Frame> frames) {
    MessageDigest digest = sha256();
    for (Map.Entry<Integer, Frame> frame : frames.entrySet()) {
      digest.update(ByteBuffer.allocate(4).putInt(frame.getKey()).array());
      update(digest, frame.getValue());
    }
    return hex(digest.digest());
  }

  private static void update(MessageDigest digest, Frame frame) {
    ByteBuffer head = ByteBuffer.allocate(12);
    head.putInt(frame.depth().ordinal()).putInt(frame.width()).putInt(frame.height());
    digest.update(head.array());
    digest.update(FrameBytes.of(frame));
  }
}
