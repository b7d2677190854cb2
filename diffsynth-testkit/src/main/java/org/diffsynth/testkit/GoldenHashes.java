package org.diffsynth.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Properties;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.Video;
import org.diffsynth.match.NearestNeighborField;

/**
 * Expected hashes of results that must be identical on every machine, read from a properties file.
 *
 * <p>After an intended change of the reference implementation, run its tests with {@code
 * -Ddiffsynth.writeGolden=FILE}. Each check then appends its line to that file instead of
 * comparing.
 */
public final class GoldenHashes {

  private static final String WRITE_TO = System.getProperty("diffsynth.writeGolden", "");

  private final Properties expected = new Properties();

  private GoldenHashes() {}

  /** Reads the hashes in a resource of this package. */
  public static GoldenHashes of(String resource) {
    GoldenHashes golden = new GoldenHashes();
    try (InputStream in = GoldenHashes.class.getResourceAsStream(resource)) {
      assertThat(in).as("resource " + resource).isNotNull();
      golden.expected.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return golden;
  }

  /** Compares the hash of a field; {@code name} is its key in the file. */
  public void check(String name, NearestNeighborField field) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * field.width() * field.height());
    bytes.asIntBuffer().put(field.toPacked());
    check(name, bytes.array());
  }

  /** Compares the hash of the 16-bit samples of a frame. */
  public void check(String name, Frame frame) {
    check(name, bytes(frame));
  }

  /** Compares the hash of the 16-bit samples of a clip. */
  public void check(String name, Video video) {
    Frame first = video.frame(0);
    ByteBuffer all = ByteBuffer.allocate(video.size() * 6 * first.width() * first.height());
    video.forEach(frame -> all.put(bytes(frame)));
    check(name, all.array());
  }

  private static byte[] bytes(Frame frame) {
    ByteBuffer bytes = ByteBuffer.allocate(6 * frame.width() * frame.height());
    bytes.asShortBuffer().put(frame.toRgb16());
    return bytes.array();
  }

  private void check(String name, byte[] bytes) {
    String key = name.replace(' ', '-');
    String hash = hash(bytes);
    if (WRITE_TO.isEmpty()) {
      assertThat(hash).as("hash of %s", key).isEqualTo(expected.getProperty(key));
    } else {
      append(key + "=" + hash + System.lineSeparator());
    }
  }

  private static void append(String line) {
    try {
      Files.writeString(
          Path.of(WRITE_TO), line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String hash(byte[] bytes) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
      return HexFormat.of().formatHex(digest, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has SHA-256", e);
    }
  }
}
