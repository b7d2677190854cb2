package org.diffsynth.onnx.golden;

import ai.onnxruntime.platform.Fp16Conversions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** Writes small files in the safetensors format for tests. */
public final class SafetensorsWriter {
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();
  private String type = "F32";

  private record Tensor(float[] values, int[] shape) {}

  /** Adds a tensor of floats, all of which are 0.01. */
  public SafetensorsWriter with(String name, int... shape) {
    float[] values = new float[Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
    Arrays.fill(values, 0.01f);
    return with(name, values, shape);
  }

  /** Adds a tensor of floats. */
  public SafetensorsWriter with(String name, float[] values, int... shape) {
    tensors.put(name, new Tensor(values, shape));
    return this;
  }

  /** Sets the element type of all tensors: F32, F16, BF16 or F64. */
  public SafetensorsWriter as(String elementType) {
    type = elementType;
    return this;
  }

  /** Writes the file. */
  public Path write(Path file) throws IOException {
    int width =
        switch (type) {
          case "F64" -> Double.BYTES;
          case "F32" -> Float.BYTES;
          default -> Short.BYTES;
        };
    StringBuilder header = new StringBuilder("{");
    int at = 0;
    for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
      int length = width * entry.getValue().values.length;
      String dims = Arrays.toString(entry.getValue().shape).replace(" ", "");
      header
          .append(header.length() > 1 ? "," : "")
          .append("\"" + entry.getKey() + "\":{\"dtype\":\"" + type + "\",\"shape\":" + dims)
          .append(",\"data_offsets\":[" + at + "," + (at + length) + "]}");
      at += length;
    }
    byte[] json = header.append('}').toString().getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes =
        ByteBuffer.allocate(Long.BYTES + json.length + at).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(json.length).put(json);
    for (Tensor tensor : tensors.values()) {
      for (float value : tensor.values) {
        switch (type) {
          case "F64" -> bytes.putDouble(value);
          case "F32" -> bytes.putFloat(value);
          case "F16" -> bytes.putShort(Fp16Conversions.floatToFp16(value));
          default -> bytes.putShort((short) (Float.floatToRawIntBits(value) >>> 16));
        }
      }
    }
    Files.createDirectories(file.toAbsolutePath().getParent());
    Files.write(file, bytes.array());
    return file;
  }
}
