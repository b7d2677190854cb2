package org.diffsynth.onnx.internal.tensorfile;

import ai.onnxruntime.platform.Fp16Conversions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An array in NumPy's format: floats of 2, 4 or 8 bytes, little-endian, in C order.
 *
 * @see <a href="https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html">the
 *     format</a>
 */
public final class NumpyFile {

  private static final Pattern HEADER =
      Pattern.compile("'descr': '<f([248])'.*'fortran_order': False.*'shape': \\(([\\d, ]*)\\)");
  private static final String MAGIC = "\u0093NUMPY";
  private static final int MAX_BYTES = 1 << 28;

  private NumpyFile() {}

  /**
   * Reads the array; it has no name.
   *
   * @throws IOException if the file is missing, of another format or cut short, naming it
   */
  public static NamedTensors.Tensor read(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IOException(file + " is missing");
    }
    if (Files.size(file) > MAX_BYTES) {
      throw new IOException(
          "%s has %d bytes, at most %d are read".formatted(file, Files.size(file), MAX_BYTES));
    }
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    if (bytes.limit() < 12
        || !new String(bytes.array(), 0, MAGIC.length(), StandardCharsets.ISO_8859_1)
            .equals(MAGIC)) {
      throw new IOException(file + " is no NumPy file");
    }
    boolean first = bytes.get(6) == 1;
    int start = first ? 10 : 12;
    int length = first ? bytes.getShort(8) & 0xFFFF : bytes.getInt(8);
    if (length < 0 || length > bytes.limit() - start) {
      throw new IOException(file + " is cut short in its header");
    }
    String header = new String(bytes.array(), start, length, StandardCharsets.ISO_8859_1);
    Matcher matcher = HEADER.matcher(header);
    if (!matcher.find()) {
      throw new IOException(
          "%s: expected floats, little-endian, in C order, found %s"
              .formatted(file, header.strip()));
    }
    int width = Integer.parseInt(matcher.group(1));
    List<Long> shape = new ArrayList<>();
    long count = 1;
    for (String side : matcher.group(2).split(",")) {
      if (!side.isBlank()) {
        shape.add(Long.parseLong(side.strip()));
        count = Math.multiplyExact(count, shape.get(shape.size() - 1));
      }
    }
    bytes.position(start + length);
    if (bytes.remaining() != count * width) {
      throw new IOException(
          "%s: shape %s needs %d bytes, the file gives %d"
              .formatted(file, shape, count * width, bytes.remaining()));
    }
    float[] values = new float[(int) count];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          switch (width) {
            case 2 -> Fp16Conversions.fp16ToFloat(bytes.getShort());
            case 4 -> bytes.getFloat();
            default -> (float) bytes.getDouble();
          };
    }
    return new NamedTensors.Tensor("", List.copyOf(shape), values);
  }
}
