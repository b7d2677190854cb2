package org.diffsynth.onnx.tiny;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.diffsynth.onnx.internal.proto.AttributeProto;
import org.diffsynth.onnx.internal.proto.GraphProto;
import org.diffsynth.onnx.internal.proto.ModelProto;
import org.diffsynth.onnx.internal.proto.NodeProto;
import org.diffsynth.onnx.internal.proto.OperatorSetIdProto;
import org.diffsynth.onnx.internal.proto.TensorProto;
import org.diffsynth.onnx.internal.proto.TensorShapeProto;
import org.diffsynth.onnx.internal.proto.ValueInfoProto;
import org.diffsynth.onnx.internal.proto.ValueTypeProto;

/** Builds a small ONNX model. */
public final class TinyGraph {
  /** Element type of 32-bit floats. */
  public static final int FLOAT = 1;

  /** Element type of 16-bit floats. */
  public static final int FLOAT16 = 10;

  /** Element type of 64-bit integers. */
  public static final int INT64 = 7;

  private final GraphProto.Builder graph = GraphProto.newBuilder().setName("tiny");

  /** Adds an input of floats; dimensions are numbers or names. */
  public TinyGraph input(String name, Object... dims) {
    graph.addInput(value(name, FLOAT, dims));
    return this;
  }

  /** Adds an input of 64-bit integers. */
  public TinyGraph integers(String name, Object... dims) {
    graph.addInput(value(name, INT64, dims));
    return this;
  }

  /** Adds an output of floats; without dimensions its shape is not declared. */
  public TinyGraph output(String name, Object... dims) {
    graph.addOutput(value(name, FLOAT, dims));
    return this;
  }

  /** Adds an output of 16-bit floats. */
  public TinyGraph halves(String name, Object... dims) {
    graph.addOutput(value(name, FLOAT16, dims));
    return this;
  }

  /** Adds a weight. */
  public TinyGraph weight(String name, float[] values, long... dims) {
    ByteBuffer raw =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (float one : values) {
      raw.putFloat(one);
    }
    return constant(name, FLOAT, raw, dims);
  }

  /** Adds a weight of shape (1). */
  public TinyGraph number(String name, float value) {
    return weight(name, new float[] {value}, 1);
  }

  /** Adds a list of 64-bit integers. */
  public TinyGraph longs(String name, long... values) {
    ByteBuffer raw = ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (long one : values) {
      raw.putLong(one);
    }
    return constant(name, INT64, raw, values.length);
  }

  private TinyGraph constant(String name, int type, ByteBuffer raw, long... dims) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(type)
            .setRawData(ByteString.copyFrom(raw.array()));
    for (long dim : dims) {
      tensor.addDims(dim);
    }
    graph.addInitializer(tensor);
    return this;
  }

  /** Adds a node with one output. */
  public TinyGraph node(String op, String inputs, String output, AttributeProto... attributes) {
    graph.addNode(
        NodeProto.newBuilder()
            .setOpType(op)
            .addAllInput(List.of(inputs.split(" ")))
            .addOutput(output)
            .setName(output)
            .addAllAttribute(List.of(attributes)));
    return this;
  }

  /** Builds an integer attribute. */
  public static AttributeProto attribute(String name, long value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INT)
        .setI(value)
        .build();
  }

  /** Builds an attribute with a list of integers. */
  public static AttributeProto attributes(String name, long... values) {
    AttributeProto.Builder attribute =
        AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.INTS);
    for (long value : values) {
      attribute.addInts(value);
    }
    return attribute.build();
  }

  private static ValueInfoProto value(String name, int type, Object... dims) {
    ValueTypeProto.Tensor.Builder tensor = ValueTypeProto.Tensor.newBuilder().setElemType(type);
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (Object dim : dims) {
      shape.addDim(
          dim instanceof Number number
              ? TensorShapeProto.Dimension.newBuilder().setDimValue(number.longValue())
              : TensorShapeProto.Dimension.newBuilder().setDimParam(dim.toString()));
    }
    if (dims.length > 0) {
      tensor.setShape(shape);
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(ValueTypeProto.newBuilder().setTensorType(tensor))
        .build();
  }

  /** Writes the model to a file. */
  public Path write(Path file) throws IOException {
    ModelProto model =
        ModelProto.newBuilder()
            .setIrVersion(8)
            .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17))
            .setGraph(graph)
            .build();
    Files.createDirectories(file.toAbsolutePath().getParent());
    return Files.write(file, model.toByteArray());
  }
}
