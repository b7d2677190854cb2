package org.diffsynth.onnx.internal.runtime;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.platform.Fp16Conversions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Direct memory for the tensors of one session. Each tensor name has its own buffers, which grow
 * when needed and are reused from call to call. A tensor made here is therefore valid until the
 * next tensor with the same name is made. Not for concurrent use.
 */
final class TensorBuffers {
  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final Map<String, ByteBuffer> buffers = new HashMap<>();

  /**
   * Makes an input tensor from floats, converted to the element type that the model declares.
   *
   * @param name tensor name
   * @param type declared element type
   * @param fill writes all values, in row-major order
   * @param shape dimensions
   * @return the tensor, or null if floats cannot be converted to this element type
   */
  OnnxTensor input(String name, OnnxJavaType type, Consumer<FloatBuffer> fill, long[] shape)
      throws OrtException {
    int count = count(shape);
    FloatBuffer floats = buffer(name, (long) Float.BYTES * count).asFloatBuffer();
    floats.limit(count);
    fill.accept(floats);
    floats.rewind();
    return switch (type) {
      case FLOAT -> OnnxTensor.createTensor(environment, floats, shape);
      case FLOAT16 -> {
        ByteBuffer halves = buffer(name + "/half", (long) Short.BYTES * count);
        halves.asShortBuffer().put(Fp16Conversions.convertFloatBufferToFp16Buffer(floats));
        yield tensor(halves, Short.BYTES * count, shape, type);
      }
      case INT64 -> {
        ByteBuffer longs = buffer(name + "/long", (long) Long.BYTES * count);
        for (int i = 0; i < count; i++) {
          longs.putLong(Long.BYTES * i, (long) floats.get(i));
        }
        yield tensor(longs, Long.BYTES * count, shape, type);
      }
      case INT32 -> {
        ByteBuffer ints = buffer(name + "/int", (long) Integer.BYTES * count);
        for (int i = 0; i < count; i++) {
          ints.putInt(Integer.BYTES * i, (int) floats.get(i));
        }
        yield tensor(ints, Integer.BYTES * count, shape, type);
      }
      case DOUBLE -> {
        ByteBuffer doubles = buffer(name + "/double", (long) Double.BYTES * count);
        for (int i = 0; i < count; i++) {
          doubles.putDouble(Double.BYTES * i, floats.get(i));
        }
        yield tensor(doubles, Double.BYTES * count, shape, type);
      }
      default -> null;
    };
  }

  /**
   * Makes a tensor that a run writes an output into.
   *
   * @param name output name
   * @param type declared element type
   * @param shape dimensions
   */
  Output output(String name, OnnxJavaType type, long[] shape) throws OrtException {
    int count = count(shape);
    ByteBuffer bytes = buffer(name + "/out", (long) type.size * count);
    bytes.limit(type.size * count);
    if (type == OnnxJavaType.FLOAT) {
      FloatBuffer floats = bytes.asFloatBuffer();
      return new Output(OnnxTensor.createTensor(environment, floats, shape), floats);
    }
    return new Output(OnnxTensor.createTensor(environment, bytes, shape, type), null);
  }

  /**
   * A tensor that receives an output.
   *
   * @param tensor the tensor to hand to the run
   * @param floats a view of the tensor's memory; null if its elements are not 32-bit floats
   */
  record Output(OnnxTensor tensor, FloatBuffer floats) {}

  private OnnxTensor tensor(ByteBuffer bytes, int length, long[] shape, OnnxJavaType type)
      throws OrtException {
    return OnnxTensor.createTensor(environment, bytes.limit(length), shape, type);
  }

  private ByteBuffer buffer(String key, long bytes) {
    ByteBuffer buffer = buffers.get(key);
    if (buffer == null || buffer.capacity() < bytes) {
      buffer = ByteBuffer.allocateDirect(Math.toIntExact(bytes)).order(ByteOrder.nativeOrder());
      buffers.put(key, buffer);
    }
    return buffer.clear();
  }

  private static int count(long[] shape) {
    return Math.toIntExact(Arrays.stream(shape).reduce(1, Math::multiplyExact));
  }

  /** Drops the references to all buffers, so that the garbage collector can free them. */
  void clear() {
    buffers.clear();
  }
}
