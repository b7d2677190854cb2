package org.diffsynth.onnx.internal.tensorfile;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.diffsynth.internal.text.Text;
import org.diffsynth.onnx.internal.kind.FileKind;

/**
 * A file in the safetensors format. Opening it reads and checks the header only; the data of a
 * tensor is mapped into memory when it is asked for, so that large files never fill the heap.
 *
 * <pre>
 * bytes 0 to 7        length n of the header, unsigned 64-bit little-endian
 * bytes 8 to 7 + n    header, JSON: {"name": {"dtype": "F16", "shape": [..], "data_offsets": [begin, end]}}
 * bytes 8 + n to end  data; offsets count from here, values are little-endian in row-major order
 * </pre>
 *
 * <p>Immutable; threads may share it. No file stays open.
 *
 * @see <a href="https://huggingface.co/docs/safetensors">Description of the format</a>
 */
public final class SafetensorsFile {
  private static final int LENGTH_BYTES = Long.BYTES;
  private static final long MAX_HEADER_BYTES = 100L << 20;
  private static final ObjectMapper HEADERS =
      new ObjectMapper()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION.mappedFeature())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
  private static final Set<String> FLOATS =
      Set.of("F64", "F32", "F16", "BF16", "F8_E4M3", "F8_E5M2");

  private final Path file;
  private final Map<String, Entry> entries;
  private final Map<String, String> metadata;

  /**
   * A tensor by its header entry.
   *
   * @param type element type as the format names it, such as {@code F32} or {@code BF16}
   * @param shape dimensions
   * @param position position of the data in the file, in bytes
   * @param length length of the data, in bytes
   */
  private record Entry(String type, long[] shape, long position, long length) {

    /** Bytes of one element; 0 for types that this reader does not know. */
    int width() {
      return switch (type) {
        case "F64", "I64", "U64" -> Long.BYTES;
        case "F32", "I32", "U32" -> Integer.BYTES;
        case "F16", "BF16", "I16", "U16" -> Short.BYTES;
        case "F8_E4M3", "F8_E5M2", "I8", "U8", "BOOL" -> Byte.BYTES;
        default -> 0;
      };
    }

    boolean isFloat() {
      return FLOATS.contains(type);
    }
  }

  /**
   * The place of a tensor in its file.
   *
   * @param type element type as the format names it, such as {@code F16}
   * @param shape dimensions
   * @param position position of the data in the file, in bytes
   * @param length length of the data, in bytes
   */
  public record Place(String type, List<Long> shape, long position, long length) {}

  private SafetensorsFile(Path file, Map<String, Entry> entries, Map<String, String> metadata) {
    this.file = file;
    this.entries = entries;
    this.metadata = metadata;
  }

  /**
   * Opens a file: reads the header and checks that every tensor lies inside the file.
   *
   * @throws IOException if the file is missing, truncated or malformed; the message names the file
   *     and, where it applies, the tensor
   */
  public static SafetensorsFile open(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IOException(file + " is missing");
    }
    FileKind.requireSafetensors(file);
    try (FileChannel channel = FileChannel.open(file)) {
      long size = channel.size();
      long header = size < LENGTH_BYTES ? -1 : map(channel, 0, LENGTH_BYTES).getLong();
      if (header < 2 || header > MAX_HEADER_BYTES || LENGTH_BYTES + header > size) {
        throw new IOException(
            Text.format(
                "'%s' is not a safetensors file: the length of its header must be from 2 to %d bytes, but was %d",
                file, Math.min(MAX_HEADER_BYTES, size - LENGTH_BYTES), header));
      }
      JsonNode json = header(file, map(channel, LENGTH_BYTES, header));
      Map<String, Entry> entries = new LinkedHashMap<>();
      Map<String, String> metadata = new LinkedHashMap<>();
      for (Map.Entry<String, JsonNode> field : json.properties()) {
        if (field.getKey().equals("__metadata__")) {
          field
              .getValue()
              .properties()
              .forEach(e -> metadata.put(e.getKey(), e.getValue().asText()));
        } else {
          entries.put(
              field.getKey(),
              entry(file, field.getKey(), field.getValue(), LENGTH_BYTES + header, size));
        }
      }
      checkOverlaps(file, entries);
      return new SafetensorsFile(file, entries, metadata);
    }
  }

  /** Two tensors may not share bytes: the format forbids it, and it is a sign of a damaged file. */
  private static void checkOverlaps(Path file, Map<String, Entry> entries) throws IOException {
    List<Map.Entry<String, Entry>> sorted =
        entries.entrySet().stream()
            .filter(entry -> entry.getValue().length > 0)
            .sorted(Comparator.comparingLong(entry -> entry.getValue().position))
            .toList();
    for (int i = 1; i < sorted.size(); i++) {
      Entry before = sorted.get(i - 1).getValue();
      if (before.position + before.length > sorted.get(i).getValue().position) {
        throw new IOException(
            Text.format(
                "%s is damaged: the tensors '%s' and '%s' overlap",
                file, sorted.get(i - 1).getKey(), sorted.get(i).getKey()));
      }
    }
  }

  private static JsonNode header(Path file, ByteBuffer bytes) throws IOException {
    byte[] text = new byte[bytes.remaining()];
    bytes.get(text);
    try {
      JsonNode json = HEADERS.readTree(text);
      if (json.isObject()) {
        return json;
      }
    } catch (JsonProcessingException e) {
      throw new IOException(
          Text.format(
              "'%s' is not a safetensors file: its header is not valid JSON: %s",
              file, e.getOriginalMessage()),
          e);
    }
    throw new IOException(
        Text.format("'%s' is not a safetensors file: its header is not a JSON object", file));
  }

  private static Entry entry(Path file, String name, JsonNode json, long data, long size)
      throws IOException {
    long[] shape = new long[json.path("shape").size()];
    for (int i = 0; i < shape.length; i++) {
      shape[i] = json.path("shape").get(i).asLong(-1);
    }
    long begin = json.path("data_offsets").path(0).asLong(-1);
    long end = json.path("data_offsets").path(1).asLong(-1);
    if (begin < 0 || end < begin || end - begin > Integer.MAX_VALUE) {
      throw new IOException(
          Text.format(
              "%s: tensor '%s' must have data_offsets with 0 <= begin <= end < begin + 2^31, but was %s",
              file, name, json.path("data_offsets")));
    }
    if (end > size - data) {
      throw new IOException(
          Text.format(
              "%s is truncated: tensor '%s' lies at bytes %d to %d of the data, but the data has %d bytes",
              file, name, begin, end, size - data));
    }
    Entry entry = new Entry(json.path("dtype").asText(), shape, data + begin, end - begin);
    if (entry.width() > 0 && needed(entry) != entry.length) {
      throw new IOException(
          Text.format(
              "%s: tensor '%s' of type %s and shape %s must have %d bytes, but has %d",
              file, name, entry.type, Arrays.toString(shape), needed(entry), entry.length));
    }
    return entry;
  }

  /** The bytes that type and shape ask for; -1 if there is no such number. */
  private static long needed(Entry entry) {
    try {
      long bytes = entry.width();
      for (long dim : entry.shape) {
        if (dim < 0) {
          return -1;
        }
        bytes = Math.multiplyExact(bytes, dim);
      }
      return bytes;
    } catch (ArithmeticException e) {
      return -1;
    }
  }

  private static ByteBuffer map(FileChannel channel, long position, long length)
      throws IOException {
    return channel.map(MapMode.READ_ONLY, position, length).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Returns the path that the file was opened with. */
  public Path file() {
    return file;
  }

  /** Returns the names of all tensors, in the order of the header. */
  public Set<String> names() {
    return entries.keySet();
  }

  /** Returns the names of all tensors of floating-point numbers, in the order of the header. */
  public Set<String> floatNames() {
    return entries.keySet().stream()
        .filter(name -> entries.get(name).isFloat())
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  /**
   * Returns the dimensions of a tensor.
   *
   * @throws IllegalArgumentException if the file has no such tensor
   */
  public long[] shape(String name) {
    return find(name).shape.clone();
  }

  /**
   * Returns where the data of a tensor is.
   *
   * @throws IllegalArgumentException if the file has no such tensor
   */
  public Place place(String name) {
    Entry entry = find(name);
    return new Place(
        entry.type, Arrays.stream(entry.shape).boxed().toList(), entry.position, entry.length);
  }

  /**
   * Maps the data of a tensor into memory. The mapping lives until the garbage collector frees the
   * buffer.
   *
   * @return read-only little-endian bytes in row-major order
   * @throws IOException if the file cannot be read
   * @throws IllegalArgumentException if the file has no such tensor
   */
  public ByteBuffer bytes(String name) throws IOException {
    Entry entry = find(name);
    try (FileChannel channel = FileChannel.open(file)) {
      return map(channel, entry.position, entry.length);
    }
  }

  /** Returns the texts of the header that describe the file, such as the training settings. */
  public Map<String, String> metadata() {
    return Collections.unmodifiableMap(metadata);
  }

  /**
   * Reads the values of a tensor, converted to 32-bit floats.
   *
   * @return values in row-major order
   * @throws IOException if the file cannot be read, or the element type is not one of F64, F32,
   *     F16, BF16, F8_E4M3 and F8_E5M2
   * @throws IllegalArgumentException if the file has no such tensor
   */
  public float[] floats(String name) throws IOException {
    Entry entry = find(name);
    if (!entry.isFloat()) {
      throw new IOException(
          Text.format(
              "%s: the type of tensor '%s' must be one of F64, F32, F16, BF16, F8_E4M3 and F8_E5M2, but was %s",
              file, name, entry.type));
    }
    ByteBuffer bytes = bytes(name);
    float[] values = new float[bytes.remaining() / entry.width()];
    if (entry.type.equals("F32")) {
      bytes.asFloatBuffer().get(values);
      return values;
    }
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) ElementTypes.read(entry.type, bytes);
    }
    return values;
  }

  /**
   * Reads a tensor with one element, of any numeric type.
   *
   * @throws IOException if the file cannot be read, or the tensor has another number of elements or
   *     an unknown type
   * @throws IllegalArgumentException if the file has no such tensor
   */
  public double number(String name) throws IOException {
    Entry entry = find(name);
    if (entry.width() == 0 || entry.length != entry.width()) {
      throw new IOException(
          Text.format(
              "%s: tensor '%s' must hold one number, but has type %s and shape %s",
              file, name, entry.type, Arrays.toString(entry.shape)));
    }
    return ElementTypes.read(entry.type, bytes(name));
  }

  private Entry find(String name) {
    Entry entry = entries.get(name);
    if (entry == null) {
      throw new IllegalArgumentException(Text.format("%s has no tensor '%s'", file, name));
    }
    return entry;
  }
}
