package org.diffsynth.onnx.internal.graph;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.diffsynth.onnx.internal.proto.TensorProto;

/**
 * Element types of ONNX tensors, by the numbers of the ONNX specification (TensorProto.DataType).
 */
public final class TensorTypes {
  public static final int FLOAT = 1;
  static final int INT32 = 6;
  public static final int INT64 = 7;
  static final int BOOL = 9;
  public static final int FLOAT16 = 10;
  public static final int DOUBLE = 11;
  public static final int BFLOAT16 = 16;

  private TensorTypes() {}

  /** Returns the bits of one element; 0 for types whose size is not checked. */
  static int bits(int type) {
    return switch (type) {
      case 2, 3, 9, 17, 18, 19, 20, 24 -> 8;
      case 4, 5, FLOAT16, 16 -> 16;
      case FLOAT, INT32, 12 -> 32;
      case INT64, 11, 13 -> 64;
      case 21, 22, 23 -> 4;
      default -> 0;
    };
  }

  /** Returns the number of elements of a tensor. */
  static long elements(TensorProto tensor) {
    long count = 1;
    for (long dim : tensor.getDimsList()) {
      count = Math.multiplyExact(count, dim);
    }
    return count;
  }

  /**
   * Returns the values of an integer tensor.
   *
   * @return null if the tensor has another type, or its values are in a file
   */
  static long[] integers(TensorProto tensor) {
    int type = tensor.getDataType();
    if (type != INT64 && type != INT32
        || tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL) {
      return null;
    }
    if (tensor.getInt64DataCount() > 0) {
      return tensor.getInt64DataList().stream().mapToLong(Long::longValue).toArray();
    }
    if (tensor.getInt32DataCount() > 0) {
      return tensor.getInt32DataList().stream().mapToLong(Integer::longValue).toArray();
    }
    ByteBuffer raw = tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    long[] values = new long[raw.remaining() / (bits(type) / 8)];
    for (int i = 0; i < values.length; i++) {
      values[i] = type == INT64 ? raw.getLong() : raw.getInt();
    }
    return values;
  }
}
