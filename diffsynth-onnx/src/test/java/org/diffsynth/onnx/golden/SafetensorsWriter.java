package org.diffsynth.onnx.golden;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Writes small files in the safetensors format for tests. */
public final class SafetensorsWriter {
  private final Map<String, int[]> shapes = new LinkedHashMap<>();

  /** Adds a tensor of 32-bit floats, all of which are 0.01. */
  public SafetensorsWriter with(String name, int... shape) {
    shapes.put(name, shape);
    return this;
  }

  /** Writes the file. */
  public Path write(Path file) throws IOException {
    StringBuilder header = new StringBuilder("{");
    int at = 0;
    for (Map.Entry<String, int[]> entry : shapes.entrySet()) {
      int length = Float.BYTES;
      StringBuilder dims = new StringBuilder();
      for (int dim : entry.getValue()) {
        length *= dim;
        dims.append(dims.isEmpty() ? "" : ",").append(dim);
      }
      header
          .append(header.length() > 1 ? "," : "")
          .append("\"" + entry.getKey() + "\":{\"dtype\":\"F32\",\"shape\":[" + dims + "],")
          .append("\"data_offsets\":[" + at + "," + (at + length) + "]}");
      at += length;
    }
    byte[] json = header.append('}').toString().getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes =
        ByteBuffer.allocate(Long.BYTES + json.length + at).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(json.length).put(json);
    while (bytes.hasRemaining()) {
      bytes.putFloat(0.01f);
    }
    Files.write(file, bytes.array());
    return file;
  }
}
