package org.diffsynth.onnx.internal.graph;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.diffsynth.onnx.internal.proto.AttributeProto;
import org.diffsynth.onnx.internal.proto.NodeProto;
import org.diffsynth.onnx.internal.proto.TensorProto;
import org.diffsynth.onnx.internal.proto.TensorShapeProto;
import org.diffsynth.onnx.internal.proto.ValueInfoProto;
import org.diffsynth.onnx.internal.proto.ValueTypeProto;

/** Builders of the nodes, constants, inputs and outputs that surgery adds to a graph. */
public final class Nodes {
  private Nodes() {}

  /** Builds a node with one output; its name is derived from the output. */
  public static NodeProto.Builder node(String op, List<String> inputs, String output) {
    return NodeProto.newBuilder()
        .setOpType(op)
        .setName(output + "/" + op)
        .addAllInput(inputs)
        .addOutput(output);
  }

  /** Builds an integer attribute. */
  public static AttributeProto attribute(String name, long value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INT)
        .setI(value)
        .build();
  }

  /** Builds an attribute that is a 32-bit float. */
  public static AttributeProto attribute(String name, float value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.FLOAT)
        .setF(value)
        .build();
  }

  /** Builds an attribute that is a text. */
  public static AttributeProto attribute(String name, String value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.STRING)
        .setS(ByteString.copyFromUtf8(value))
        .build();
  }

  /** Builds an attribute of several integers. */
  public static AttributeProto integerList(String name, long... values) {
    AttributeProto.Builder attribute =
        AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.INTS);
    for (long value : values) {
      attribute.addInts(value);
    }
    return attribute.build();
  }

  /** Builds a constant vector of 32-bit floats. */
  public static TensorProto floats(String name, float... values) {
    ByteBuffer raw = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    raw.asFloatBuffer().put(values);
    return TensorProto.newBuilder()
        .setName(name)
        .setDataType(TensorTypes.FLOAT)
        .addDims(values.length)
        .setRawData(ByteString.copyFrom(raw.array()))
        .build();
  }

  /** Builds a constant vector of 64-bit integers. */
  public static TensorProto integers(String name, long... values) {
    ByteBuffer raw = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    raw.asLongBuffer().put(values);
    return TensorProto.newBuilder()
        .setName(name)
        .setDataType(TensorTypes.INT64)
        .addDims(values.length)
        .setRawData(ByteString.copyFrom(raw.array()))
        .build();
  }

  /**
   * Builds an input or output of a graph.
   *
   * @param type element type, see {@link TensorTypes}
   * @param dims dimensions: a number if fixed, a symbolic name if open
   */
  public static ValueInfoProto value(String name, int type, Object... dims) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (Object dim : dims) {
      TensorShapeProto.Dimension.Builder dimension = TensorShapeProto.Dimension.newBuilder();
      if (dim instanceof Number number) {
        dimension.setDimValue(number.longValue());
      } else {
        dimension.setDimParam((String) dim);
      }
      shape.addDim(dimension);
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            ValueTypeProto.newBuilder()
                .setTensorType(
                    ValueTypeProto.Tensor.newBuilder().setElemType(type).setShape(shape)))
        .build();
  }
}
