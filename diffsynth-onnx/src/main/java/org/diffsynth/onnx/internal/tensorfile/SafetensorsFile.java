package org.diffsynth.onnx.internal.tensorfile;

import ai.onnxruntime.platform.Fp16Conversions;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * A {@code .safetensors} file: 8 bytes with the length of a JSON header, the header, then the
 * tensors' bytes, all little-endian. Tensors are read when they are asked for.
 *
 * @see <a href="https://huggingface.co/docs/safetensors">the format</a>
 */
public final class SafetensorsFile {
  private static final long MAX_HEADER = 100L << 20;

  private final Path file;
  private final Map<String, Tensor> tensors;

  private record Tensor(String type, int[] shape, long position, int bytes) {}

  private SafetensorsFile(Path file, Map<String, Tensor> tensors) {
    this.file = file;
    this.tensors = tensors;
  }

  /**
   * Reads a file's header.
   *
   * @throws IOException if the file is missing, cut short or not of this format
   */
  public static SafetensorsFile open(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IOException(file + " is missing");
    }
    try (FileChannel channel = FileChannel.open(file)) {
      long size = channel.size();
      long length = size < 8 ? -1 : read(channel, 0, 8).getLong();
      if (length < 2 || length > MAX_HEADER || 8 + length > size) {
        throw new IOException(file + " is no safetensors file: its header has no sensible length");
      }
      JsonNode header = new ObjectMapper().readTree(read(channel, 8, (int) length).array());
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      for (Map.Entry<String, JsonNode> entry : header.properties()) {
        if (!entry.getKey().equals("__metadata__")) {
          tensors.put(entry.getKey(), tensor(file, entry, 8 + length, size));
        }
      }
      return new SafetensorsFile(file, tensors);
    } catch (JsonProcessingException e) {
      throw new IOException(
          file + " is no safetensors file: its header is no JSON: " + e.getOriginalMessage(), e);
    }
  }

  private static Tensor tensor(Path file, Map.Entry<String, JsonNode> entry, long data, long size)
      throws IOException {
    JsonNode json = entry.getValue();
    String type = json.path("dtype").asText();
    int[] shape = new int[json.path("shape").size()];
    long elements = 1;
    for (int i = 0; i < shape.length; i++) {
      shape[i] = json.path("shape").get(i).asInt();
      elements = Math.multiplyExact(elements, shape[i]);
    }
    long begin = json.path("data_offsets").path(0).asLong(-1);
    long end = json.path("data_offsets").path(1).asLong(-1);
    int width = width(type);
    if (begin < 0 || end < begin || data + end > size || end - begin > Integer.MAX_VALUE) {
      throw new IOException(
          "%s: tensor '%s' should lie at bytes %d to %d of the data, the file has %d"
              .formatted(file, entry.getKey(), begin, end, size - data));
    }
    if (width > 0 && elements * width != end - begin) {
      throw new IOException(
          "%s: tensor '%s' of %d elements of type %s cannot have %d bytes"
              .formatted(file, entry.getKey(), elements, type, end - begin));
    }
    return new Tensor(type, shape, data + begin, (int) (end - begin));
  }

  private static int width(String type) {
    return switch (type) {
      case "F64" -> 8;
      case "F32" -> 4;
      case "F16", "BF16" -> 2;
      default -> 0;
    };
  }

  private static ByteBuffer read(FileChannel channel, long position, int length)
      throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, position + bytes.position()) < 0) {
        throw new EOFException("the file is cut short");
      }
    }
    return bytes.flip();
  }

  public Path file() {
    return file;
  }

  /** Names of all tensors, in the file's order. */
  public Set<String> names() {
    return tensors.keySet();
  }

  /** Dimensions of a tensor. */
  public int[] shape(String name) {
    return tensors.get(name).shape.clone();
  }

  /**
   * A tensor's values.
   *
   * @throws IOException if they are no floating-point numbers
   */
  public float[] floats(String name) throws IOException {
    Tensor tensor = tensors.get(name);
    int width = width(tensor.type);
    if (width == 0) {
      throw new IOException(
          "%s: tensor '%s' is of type %s, expected F32, F16, BF16 or F64"
              .formatted(file, name, tensor.type));
    }
    ByteBuffer bytes;
    try (FileChannel channel = FileChannel.open(file)) {
      bytes = read(channel, tensor.position, tensor.bytes);
    }
    float[] values = new float[tensor.bytes / width];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          switch (tensor.type) {
            case "F64" -> (float) bytes.getDouble();
            case "F32" -> bytes.getFloat();
            case "F16" -> Fp16Conversions.fp16ToFloat(bytes.getShort());
            default -> Float.intBitsToFloat(bytes.getShort() << 16);
          };
    }
    return values;
  }
}
