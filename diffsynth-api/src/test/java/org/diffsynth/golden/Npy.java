package org.diffsynth.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.diffsynth.diffusion.Latents;

/**
 * A golden array in NumPy's format, version 1: little-endian, C order.
 *
 * <p>Golden files come from the folder in the system property {@code diffsynth.golden} or its
 * subfolder {@code golden}, or else from the test resources.
 *
 * @param shape dimensions, slowest first
 * @param values all entries, widened to double
 */
public record Npy(int[] shape, double[] values) {

  private static final Pattern HEADER =
      Pattern.compile("'descr': '(.+?)'.*'fortran_order': False.*'shape': \\((.*?)\\)");

  /** Reads {@code name.npy}. */
  public static Npy read(String name) {
    return parse(bytes(name + ".npy"));
  }

  /** All bytes of a golden file. */
  public static byte[] bytes(String file) {
    String folder = System.getProperty("diffsynth.golden", "");
    try {
      if (!folder.isEmpty()) {
        Path inner = Path.of(folder, "golden", file);
        return Files.readAllBytes(Files.exists(inner) ? inner : Path.of(folder, file));
      }
      try (InputStream in = Npy.class.getResourceAsStream(file)) {
        assertThat(in).as("golden file " + file).isNotNull();
        return in.readAllBytes();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads the bytes of a file. */
  public static Npy parse(byte[] file) {
    ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    int headerLength = bytes.getShort(8) & 0xFFFF;
    String header = new String(file, 10, headerLength, StandardCharsets.US_ASCII);
    Matcher matcher = HEADER.matcher(header);
    assertThat(matcher.find()).as("header " + header).isTrue();
    int[] shape =
        Arrays.stream(matcher.group(2).split(","))
            .map(String::strip)
            .filter(text -> !text.isEmpty())
            .mapToInt(Integer::parseInt)
            .toArray();
    double[] values = new double[Arrays.stream(shape).reduce(1, Math::multiplyExact)];
    bytes.position(10 + headerLength);
    for (int i = 0; i < values.length; i++) {
      values[i] =
          switch (matcher.group(1)) {
            case "<f4" -> bytes.getFloat();
            case "<f8" -> bytes.getDouble();
            case "<i8" -> bytes.getLong();
            case "<i4" -> bytes.getInt();
            case "|u1" -> bytes.get() & 0xFF;
            default -> throw new IllegalArgumentException("unknown type " + matcher.group(1));
          };
    }
    return new Npy(shape, values);
  }

  /** Entry {@code index} along the slowest dimension. */
  public Npy get(int index) {
    int size = values.length / shape[0];
    return new Npy(
        Arrays.copyOfRange(shape, 1, shape.length),
        Arrays.copyOfRange(values, index * size, (index + 1) * size));
  }

  /** All entries as floats. */
  public float[] floats() {
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }

  /** As latents; the shape must have four dimensions. */
  public Latents latents() {
    assertThat(shape).hasSize(4);
    return Latents.of(shape[0], shape[1], shape[2], shape[3], floats());
  }

  /** Checks that latents have this shape and, but for a tolerance, these values. */
  public void check(Latents actual, double absolute, double relative) {
    assertThat(actual.shape()).isEqualTo(latents().shape());
    float[] found = actual.toArray();
    for (int i = 0; i < found.length; i++) {
      assertThat((double) found[i])
          .as("sample %d", i)
          .isCloseTo(values[i], within(absolute + relative * Math.abs(values[i])));
    }
  }
}
