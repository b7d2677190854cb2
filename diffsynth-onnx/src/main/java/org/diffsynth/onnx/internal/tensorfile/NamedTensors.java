package org.diffsynth.onnx.internal.tensorfile;

import ai.onnxruntime.platform.Fp16Conversions;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.diffsynth.onnx.internal.graph.OnnxSkeleton;
import org.diffsynth.onnx.internal.proto.StringStringEntryProto;
import org.diffsynth.onnx.internal.proto.TensorProto;

/** The weights of a small file: of an ONNX model or in the safetensors format. */
public final class NamedTensors {

  private static final int ONNX_FLOAT = 1;
  private static final int ONNX_HALF = 10;
  private static final int MAX_HEADER = 1 << 20;
  private static final int MAX_BYTES = 1 << 28;

  private NamedTensors() {}

  /**
   * A tensor.
   *
   * @param shape its dimensions
   * @param data its values, row by row
   */
  public record Tensor(String name, List<Long> shape, float[] data) {
    @Override
    public String toString() {
      return name + shape;
    }
  }

  /**
   * Reads all tensors of floats.
   *
   * @throws IOException if the file is missing, of another format or cut short, naming it
   */
  public static List<Tensor> read(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IOException(file + " is missing");
    }
    String name = file.getFileName().toString();
    if (name.endsWith(".onnx")) {
      return onnx(file);
    }
    if (name.endsWith(".safetensors")) {
      return safetensors(file);
    }
    throw new IOException("%s: expected a file that ends in .onnx or .safetensors".formatted(file));
  }

  private static List<Tensor> safetensors(Path file) throws IOException {
    List<Tensor> tensors = new ArrayList<>();
    try (FileChannel channel = FileChannel.open(file)) {
      long length = bytes(channel, 0, Long.BYTES, file).getLong();
      if (length < 2 || length > MAX_HEADER) {
        throw new IOException(
            file + " is no safetensors file: its header has " + length + " bytes");
      }
      byte[] header = new byte[(int) length];
      bytes(channel, Long.BYTES, header.length, file).get(header);
      JsonNode json = new ObjectMapper().readTree(header);
      for (Map.Entry<String, JsonNode> entry : json.properties()) {
        String type = entry.getValue().path("dtype").asText();
        if (!type.equals("F32") && !type.equals("F16")) {
          continue;
        }
        List<Long> shape = new ArrayList<>();
        entry.getValue().path("shape").forEach(dim -> shape.add(dim.asLong()));
        JsonNode offsets = entry.getValue().path("data_offsets");
        long from = offsets.path(0).asLong(-1);
        long size = offsets.path(1).asLong(-1) - from;
        boolean half = type.equals("F16");
        tensors.add(
            tensor(entry.getKey(), shape, half, channel, Long.BYTES + length + from, size, file));
      }
    } catch (JsonProcessingException e) {
      throw new IOException(file + " is no safetensors file: " + e.getOriginalMessage(), e);
    }
    return tensors;
  }

  private static List<Tensor> onnx(Path file) throws IOException {
    OnnxSkeleton skeleton = OnnxSkeleton.read(file);
    List<Tensor> tensors = new ArrayList<>();
    for (TensorProto proto : skeleton.model().getGraph().getInitializerList()) {
      boolean half = proto.getDataType() == ONNX_HALF;
      if (!half && proto.getDataType() != ONNX_FLOAT) {
        continue;
      }
      if (proto.getDataLocation() == TensorProto.DataLocation.EXTERNAL) {
        Map<String, String> external =
            proto.getExternalDataList().stream()
                .collect(
                    Collectors.toMap(
                        StringStringEntryProto::getKey, StringStringEntryProto::getValue));
        Path data = skeleton.dataFolder().resolve(external.get("location"));
        long from = Long.parseLong(external.getOrDefault("offset", "0"));
        try (FileChannel channel = FileChannel.open(data)) {
          long size = elements(proto.getDimsList()) * (half ? Short.BYTES : Float.BYTES);
          tensors.add(
              tensor(proto.getName(), proto.getDimsList(), half, channel, from, size, data));
        }
      } else if (proto.getFloatDataCount() > 0) {
        float[] values = new float[proto.getFloatDataCount()];
        for (int i = 0; i < values.length; i++) {
          values[i] = proto.getFloatData(i);
        }
        tensors.add(new Tensor(proto.getName(), List.copyOf(proto.getDimsList()), values));
      } else {
        ByteBuffer raw = proto.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        tensors.add(
            new Tensor(proto.getName(), List.copyOf(proto.getDimsList()), floats(raw, half)));
      }
    }
    return tensors;
  }

  private static Tensor tensor(
      String name,
      List<Long> shape,
      boolean half,
      FileChannel channel,
      long from,
      long size,
      Path file)
      throws IOException {
    long expected = elements(shape) * (half ? Short.BYTES : Float.BYTES);
    if (size != expected || size > MAX_BYTES) {
      throw new IOException(
          "%s: tensor '%s' %s needs %d bytes, the file gives %d"
              .formatted(file, name, shape, expected, size));
    }
    return new Tensor(
        name, List.copyOf(shape), floats(bytes(channel, from, (int) size, file), half));
  }

  private static long elements(List<Long> shape) {
    return shape.stream().flatMapToLong(LongStream::of).reduce(1, Math::multiplyExact);
  }

  private static ByteBuffer bytes(FileChannel channel, long from, int size, Path file)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, from + buffer.position()) < 0) {
        throw new IOException(file + " is cut short: " + channel.size() + " bytes");
      }
    }
    return buffer.flip();
  }

  private static float[] floats(ByteBuffer raw, boolean half) {
    float[] values = new float[raw.remaining() / (half ? Short.BYTES : Float.BYTES)];
    for (int i = 0; i < values.length; i++) {
      values[i] = half ? Fp16Conversions.fp16ToFloat(raw.getShort()) : raw.getFloat();
    }
    return values;
  }

  /** The only tensor of one of these shapes, or null. */
  public static Tensor only(List<Tensor> tensors, long[]... shapes) {
    List<Tensor> fitting =
        tensors.stream()
            .filter(
                tensor ->
                    Arrays.stream(shapes)
                        .anyMatch(
                            shape -> tensor.shape.equals(Arrays.stream(shape).boxed().toList())))
            .toList();
    return fitting.size() == 1 ? fitting.get(0) : null;
  }
}
