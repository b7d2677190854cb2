package org.diffsynth.onnx.internal.graph;

import com.google.protobuf.ByteString;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.diffsynth.onnx.internal.proto.StringStringEntryProto;
import org.diffsynth.onnx.internal.proto.TensorProto;

/** The bytes of a weight, wherever they lie. */
public final class TensorValues {
  private TensorValues() {}

  /** Whether a tensor's bytes lie in a file. */
  public static boolean isExternal(TensorProto tensor) {
    return tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL;
  }

  /** Whether a tensor is of half precision. */
  public static boolean isHalf(TensorProto tensor) {
    return tensor.getDataType() == TensorTypes.FLOAT16;
  }

  /**
   * The little-endian bytes of a tensor of float or half precision.
   *
   * @throws IOException if it is of another type, or its file cannot be read
   */
  public static ByteBuffer bytes(OnnxSkeleton skeleton, TensorProto tensor) throws IOException {
    if (tensor.getDataType() != TensorTypes.FLOAT && !isHalf(tensor)) {
      throw new IOException(
          "%s: tensor '%s' is of type %d, expected float or half precision"
              .formatted(skeleton.file(), tensor.getName(), tensor.getDataType()));
    }
    int length =
        Math.toIntExact(
            TensorTypes.elements(tensor) * (TensorTypes.bits(tensor.getDataType()) / 8));
    ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    if (isExternal(tensor)) {
      read(skeleton, tensor, bytes);
    } else if (tensor.hasRawData()) {
      bytes.put(tensor.getRawData().asReadOnlyByteBuffer());
    } else if (isHalf(tensor)) {
      tensor.getInt32DataList().forEach(bits -> bytes.putShort(bits.shortValue()));
    } else {
      tensor.getFloatDataList().forEach(bytes::putFloat);
    }
    if (bytes.hasRemaining()) {
      throw new EOFException(
          "%s: tensor '%s' lacks %d of %d bytes"
              .formatted(skeleton.file(), tensor.getName(), bytes.remaining(), length));
    }
    return bytes.flip();
  }

  private static void read(OnnxSkeleton skeleton, TensorProto tensor, ByteBuffer bytes)
      throws IOException {
    Path file = skeleton.dataFolder();
    long position = 0;
    for (StringStringEntryProto entry : tensor.getExternalDataList()) {
      if (entry.getKey().equals("location")) {
        file = file.resolve(entry.getValue());
      } else if (entry.getKey().equals("offset")) {
        position = Long.parseLong(entry.getValue());
      }
    }
    try (FileChannel channel = FileChannel.open(file)) {
      while (bytes.hasRemaining()) {
        int count = channel.read(bytes, position);
        if (count < 0) {
          return;
        }
        position += count;
      }
    }
  }

  /** The same tensor with other bytes, kept inside the graph. */
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
