package org.diffsynth.onnx.internal.graph;

import ai.onnxruntime.platform.Fp16Conversions;
import com.google.protobuf.ByteString;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.diffsynth.internal.text.Text;
import org.diffsynth.onnx.internal.proto.TensorProto;

/**
 * Access to the values of a weight in single or half precision, whether the graph or an external
 * file holds them.
 */
public final class TensorValues {
  private TensorValues() {}

  /** Returns whether the values of a tensor are in a file. */
  public static boolean isExternal(TensorProto tensor) {
    return tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL;
  }

  /** Returns whether a tensor has half precision, which ONNX calls FLOAT16. */
  public static boolean isHalf(TensorProto tensor) {
    return tensor.getDataType() == TensorTypes.FLOAT16;
  }

  /** Returns whether a tensor has single or half precision. */
  public static boolean isFloat(TensorProto tensor) {
    return tensor.getDataType() == TensorTypes.FLOAT || isHalf(tensor);
  }

  /**
   * Reads all values of a tensor, converted to 32-bit floats.
   *
   * @return values in row-major order
   * @throws IOException if the tensor has another type, or its file cannot be read
   */
  public static float[] floats(OnnxSkeleton skeleton, TensorProto tensor) throws IOException {
    ByteBuffer bytes = bytes(skeleton, tensor);
    boolean half = isHalf(tensor);
    float[] values = new float[bytes.remaining() / (half ? Short.BYTES : Float.BYTES)];
    if (half) {
      for (int i = 0; i < values.length; i++) {
        values[i] = Fp16Conversions.fp16ToFloat(bytes.getShort());
      }
    } else {
      bytes.asFloatBuffer().get(values);
    }
    return values;
  }

  /** Returns the number of bytes of a tensor's values; 0 if the element type is unknown. */
  public static long byteCount(TensorProto tensor) {
    return TensorTypes.elements(tensor) * TensorTypes.bits(tensor.getDataType()) / Byte.SIZE;
  }

  private static ByteBuffer bytes(OnnxSkeleton skeleton, TensorProto tensor) throws IOException {
    if (!isFloat(tensor)) {
      throw new IOException(
          Text.format(
              "%s: tensor '%s' must be in single or half precision (ONNX types 1 and 10), but its type is %d",
              skeleton.file(), tensor.getName(), tensor.getDataType()));
    }
    int length = Math.toIntExact(byteCount(tensor));
    if (isExternal(tensor)) {
      return map(skeleton, tensor, length);
    }
    ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    if (tensor.hasRawData()) {
      bytes.put(tensor.getRawData().asReadOnlyByteBuffer());
    } else if (isHalf(tensor)) {
      tensor.getInt32DataList().forEach(bits -> bytes.putShort(bits.shortValue()));
    } else {
      tensor.getFloatDataList().forEach(bytes::putFloat);
    }
    if (bytes.hasRemaining()) {
      throw truncated(skeleton, tensor, length, bytes.position());
    }
    return bytes.flip();
  }

  private static ByteBuffer map(OnnxSkeleton skeleton, TensorProto tensor, int length)
      throws IOException {
    Path file = skeleton.dataFolder().resolve(ExternalData.location(tensor));
    long position = ExternalData.offset(tensor);
    try (FileChannel channel = FileChannel.open(file)) {
      long there = Math.max(0, channel.size() - position);
      if (there < length) {
        throw truncated(skeleton, tensor, length, there);
      }
      return channel
          .map(FileChannel.MapMode.READ_ONLY, position, length)
          .order(ByteOrder.LITTLE_ENDIAN);
    }
  }

  private static EOFException truncated(
      OnnxSkeleton skeleton, TensorProto tensor, int length, long there) {
    return new EOFException(
        Text.format(
            "%s: tensor '%s' must have %d bytes, but has %d",
            skeleton.file(), tensor.getName(), length, there));
  }

  /**
   * Returns a copy of a tensor whose values are replaced and stored inside the graph.
   *
   * @param bytes little-endian values of the tensor's element type, in row-major order
   */
  public static TensorProto withBytes(TensorProto tensor, ByteBuffer bytes) {
    return tensor.toBuilder()
        .clearFloatData()
        .clearInt32Data()
        .clearExternalData()
        .clearDataLocation()
        .setRawData(ByteString.copyFrom(bytes))
        .build();
  }
}
