package org.diffsynth.onnx.internal.tensorfile;

import ai.onnxruntime.platform.Fp16Conversions;
import java.nio.ByteBuffer;

/** Element types of safetensors files. */
final class ElementTypes {
  private ElementTypes() {}

  /**
   * Reads the next element.
   *
   * @param type name of the element type
   * @param bytes little-endian values
   */
  static double read(String type, ByteBuffer bytes) {
    return switch (type) {
      case "F64" -> bytes.getDouble();
      case "F32" -> bytes.getFloat();
      case "F16" -> Fp16Conversions.fp16ToFloat(bytes.getShort());
      case "BF16" -> Float.intBitsToFloat(bytes.getShort() << Short.SIZE);
      case "F8_E5M2" -> Fp16Conversions.fp16ToFloat((short) (bytes.get() << Byte.SIZE));
      case "F8_E4M3" -> e4m3(bytes.get());
      case "I64", "U64" -> bytes.getLong();
      case "I32" -> bytes.getInt();
      case "U32" -> Integer.toUnsignedLong(bytes.getInt());
      case "I16" -> bytes.getShort();
      case "U16" -> Short.toUnsignedInt(bytes.getShort());
      case "I8" -> bytes.get();
      case "U8", "BOOL" -> Byte.toUnsignedInt(bytes.get());
      default -> throw new IllegalArgumentException("unknown element type " + type);
    };
  }

  /** Converts one sign bit, 4 bits of exponent (bias 7), 3 of mantissa; there is no infinity. */
  private static float e4m3(byte bits) {
    int exponent = bits >> 3 & 0xF;
    int mantissa = bits & 7;
    if (exponent == 0xF && mantissa == 7) {
      return Float.NaN;
    }
    float value =
        exponent == 0
            ? Math.scalb((float) mantissa, -9)
            : Math.scalb(1 + mantissa / 8f, exponent - 7);
    return bits < 0 ? -value : value;
  }
}
