package org.diffsynth.onnx.internal.tensorfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests of the safetensors reader with files that are written here byte by byte. */
class SafetensorsFileTest {
  @TempDir Path folder;

  private Path write(String header, ByteBuffer data) throws IOException {
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes =
        ByteBuffer.allocate(Long.BYTES + text.length + data.remaining())
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(text.length)
            .put(text)
            .put(data);
    return Files.write(folder.resolve("x.safetensors"), bytes.array());
  }

  private static ByteBuffer data(int length) {
    return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static String entry(String type, String shape, long begin, long end) {
    return "{\"t\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%d,%d]}}"
        .formatted(type, shape, begin, end);
  }

  @Test
  void floats_everyFloatType_isConverted() throws IOException {
    ByteBuffer data = data(24).putDouble(-1.5).putFloat(0.25f).putFloat(3);
    data.putShort((short) 0x3C00).putShort((short) 0xC000); // half precision: 1, -2
    data.putShort((short) 0x3F80).putShort((short) 0xC0A0).flip(); // BF16: 1, -5
    SafetensorsFile file =
        SafetensorsFile.open(
            write(
                "{\"__metadata__\":{\"format\":\"pt\"},"
                    + "\"d\":{\"dtype\":\"F64\",\"shape\":[],\"data_offsets\":[0,8]},"
                    + "\"f\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[8,16]},"
                    + "\"h\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[16,20]},"
                    + "\"b\":{\"dtype\":\"BF16\",\"shape\":[2],\"data_offsets\":[20,24]},"
                    + "\"i\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[0,8]}}",
                data));
    assertThat(file.names()).containsExactly("d", "f", "h", "b", "i");
    assertThat(file.floatNames()).containsExactly("d", "f", "h", "b");
    assertThat(file.shape("f")).containsExactly(1, 2);
    assertThat(file.floats("d")).containsExactly(-1.5f);
    assertThat(file.floats("f")).containsExactly(0.25f, 3);
    assertThat(file.floats("h")).containsExactly(1, -2);
    assertThat(file.floats("b")).containsExactly(1, -5);
    assertThat(file.bytes("f").order(ByteOrder.LITTLE_ENDIAN).getFloat(4)).isEqualTo(3);
    assertThatThrownBy(() -> file.floats("i"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("'i' must be one of F64, F32, F16 and BF16, but was I64");
    assertThatThrownBy(() -> file.shape("none"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("has no tensor 'none'");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "F32 | [2]                      | 0  | 12         | truncated",
        "F32 | [2]                      | 4  | 0          | data_offsets",
        "F32 | [2]                      | -4 | 4          | data_offsets",
        "F32 | [2]                      | 0  | 4294967296 | data_offsets",
        "F32 | [3]                      | 0  | 8          | must have 12 bytes",
        "F32 | [-1, -2]                 | 0  | 8          | must have -1 bytes",
        "F32 | [4294967296, 4294967296] | 0  | 8          | must have -1 bytes",
        "F32 | 2                        | 0  | 8          | must have 4 bytes",
      })
  void open_entryOutOfBounds_isRefused(
      String type, String shape, long begin, long end, String message) throws IOException {
    Path file = write(entry(type, shape, begin, end), data(8));
    assertThatThrownBy(() -> SafetensorsFile.open(file))
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll("x.safetensors", "tensor 't'", message);
  }

  @Test
  void open_brokenHeader_isRefused() throws IOException {
    assertThatThrownBy(() -> SafetensorsFile.open(write("[1, 2]", data(0))))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("not a JSON object");
    assertThatThrownBy(() -> SafetensorsFile.open(write("{\"t\":", data(0))))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("not valid JSON");
    for (long length : new long[] {-1, 0, 1, 9, 1L << 40, Long.MAX_VALUE}) {
      ByteBuffer bytes = data(16).putLong(length);
      Path file = Files.write(folder.resolve("y.safetensors"), bytes.array());
      assertThatThrownBy(() -> SafetensorsFile.open(file))
          .as("header of %d bytes", length)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("not a safetensors file");
    }
    Path file = Files.write(folder.resolve("z.safetensors"), new byte[3]);
    assertThatThrownBy(() -> SafetensorsFile.open(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("not a safetensors file");
  }
}
