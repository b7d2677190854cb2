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
    ByteBuffer data = data(32).putDouble(-1.5).putFloat(0.25f).putFloat(3);
    data.putShort((short) 0x3C00).putShort((short) 0xC000); // half precision: 1, -2
    data.putShort((short) 0x3F80).putShort((short) 0xC0A0); // BF16: 1, -5
    data.putLong(7).flip();
    SafetensorsFile file =
        SafetensorsFile.open(
            write(
                "{\"__metadata__\":{\"format\":\"pt\"},"
                    + "\"d\":{\"dtype\":\"F64\",\"shape\":[],\"data_offsets\":[0,8]},"
                    + "\"f\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[8,16]},"
                    + "\"h\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[16,20]},"
                    + "\"b\":{\"dtype\":\"BF16\",\"shape\":[2],\"data_offsets\":[20,24]},"
                    + "\"i\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[24,32]}}",
                data));
    assertThat(file.names()).containsExactly("d", "f", "h", "b", "i");
    assertThat(file.floatNames()).containsExactly("d", "f", "h", "b");
    assertThat(file.shape("f")).containsExactly(1, 2);
    assertThat(file.floats("d")).containsExactly(-1.5f);
    assertThat(file.floats("f")).containsExactly(0.25f, 3);
    assertThat(file.floats("h")).containsExactly(1, -2);
    assertThat(file.floats("b")).containsExactly(1, -5);
    assertThat(file.bytes("f").order(ByteOrder.LITTLE_ENDIAN).getFloat(4)).isEqualTo(3);
    assertThat(file.number("i")).isEqualTo(7);
    assertThat(file.metadata()).containsEntry("format", "pt");
    assertThatThrownBy(() -> file.number("f"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("'f' must hold one number, but has type F32 and shape [1, 2]");
    assertThatThrownBy(() -> file.floats("i"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(
            "'i' must be one of F64, F32, F16, BF16, F8_E4M3 and F8_E5M2, but was I64");
    assertThatThrownBy(() -> file.shape("none"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("has no tensor 'none'");
  }

  @Test
  void floats_eightBits_areThoseOfMlDtypes() throws IOException {
    // ml_dtypes 0.6: the bytes 00 01 08 38 3C 7E FF 80 of each type
    ByteBuffer data = data(16);
    data.put(new byte[] {0, 1, 8, 0x38, 0x3C, 0x7E, (byte) 0xFF, (byte) 0x80});
    data.put(new byte[] {0, 1, 8, 0x38, 0x3C, 0x7B, (byte) 0xFC, (byte) 0x80}).flip();
    SafetensorsFile file =
        SafetensorsFile.open(
            write(
                "{\"a\":{\"dtype\":\"F8_E4M3\",\"shape\":[8],\"data_offsets\":[0,8]},"
                    + "\"b\":{\"dtype\":\"F8_E5M2\",\"shape\":[8],\"data_offsets\":[8,16]}}",
                data));
    assertThat(file.floats("a"))
        .containsExactly(0, 0.001953125f, 0.015625f, 1, 1.5f, 448, Float.NaN, -0f);
    assertThat(file.floats("b"))
        .containsExactly(
            0, 1.52587890625e-5f, 1.220703125e-4f, 0.5f, 1, 57344, Float.NEGATIVE_INFINITY, -0f);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}} | 'a' and 'b' overlap",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}} | Duplicate field 'a'",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}} [] | not valid JSON",
        "{\"a\":{\"dtype\":\"I8\",\"shape\":[9],\"data_offsets\":[0,8]}} | must have 9 bytes, but has 8",
        "{\"a\":{\"dtype\":\"I8\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,8]}} | must have -1 bytes",
        "{\"a\":7} | data_offsets",
        "{\"a\":null} | data_offsets",
      })
  void open_damagedHeader_isRefused(String header, String message) throws IOException {
    Path file = write(header, data(8));
    assertThatThrownBy(() -> SafetensorsFile.open(file))
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll("x.safetensors", message);
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
    for (long length : new long[] {-1, 0, 1, 9, 1L << 40, 1L << 60, Long.MAX_VALUE}) {
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
