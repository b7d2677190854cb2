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
import org.diffsynth.internal.text.Text;

/**
 * Reader for arrays in NumPy's {@code .npy} format: floating-point numbers of 2, 4 or 8 bytes,
 * little-endian, in C order.
 *
 * @see <a href="https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html">Description
 *     of the format</a>
 */
public final class NumpyFile {

  private static final Pattern HEADER =
      Pattern.compile("'descr': '<f([248])'.*'fortran_order': False.*'shape': \\(([\\d, ]*)\\)");
  private static final String MAGIC = "\u0093NUMPY";
  private static final int MAX_BYTES = 1 << 28;

  private NumpyFile() {}

  /**
   * Reads the array of a file.
   *
   * @param file at most 256 MiB
   * @return the array, with an empty name
   * @throws IOException if the file is missing, too large, truncated or of another format; the
   *     message names the file
   */
  public static NamedTensor read(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IOException(file + " is missing");
    }
    if (Files.size(file) > MAX_BYTES) {
      throw new IOException(
          Text.format(
              "%s must have at most %d bytes, but has %d", file, MAX_BYTES, Files.size(file)));
    }
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    if (bytes.limit() < 12
        || !new String(bytes.array(), 0, MAGIC.length(), StandardCharsets.ISO_8859_1)
            .equals(MAGIC)) {
      throw new IOException(file + " is not a NumPy file");
    }
    boolean isVersion1 = bytes.get(6) == 1;
    int start = isVersion1 ? 10 : 12;
    int length = isVersion1 ? bytes.getShort(8) & 0xFFFF : bytes.getInt(8);
    if (length < 0 || length > bytes.limit() - start) {
      throw new IOException(file + " is truncated in its header");
    }
    String header = new String(bytes.array(), start, length, StandardCharsets.ISO_8859_1);
    Matcher matcher = HEADER.matcher(header);
    if (!matcher.find()) {
      throw new IOException(
          Text.format(
              "%s: expected little-endian floats in C order, found %s", file, header.strip()));
    }
    List<Long> shape = new ArrayList<>();
    for (String dim : matcher.group(2).split(",")) {
      if (!dim.isBlank()) {
        shape.add(Long.parseLong(dim.strip()));
      }
    }
    bytes.position(start + length);
    return new NamedTensor(
        "", shape, values(file, bytes, shape, Integer.parseInt(matcher.group(1))));
  }

  private static float[] values(Path file, ByteBuffer bytes, List<Long> shape, int width)
      throws IOException {
    long count = shape.stream().reduce(1L, Math::multiplyExact);
    if (bytes.remaining() != count * width) {
      throw new IOException(
          Text.format(
              "%s: shape %s needs %d bytes, but the file has %d",
              file, shape, count * width, bytes.remaining()));
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
    return values;
  }
}
