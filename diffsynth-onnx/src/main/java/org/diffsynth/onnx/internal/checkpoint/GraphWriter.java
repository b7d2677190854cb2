package org.diffsynth.onnx.internal.checkpoint;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.diffsynth.internal.text.Text;
import org.diffsynth.onnx.internal.graph.ExternalData;
import org.diffsynth.onnx.internal.graph.Nodes;
import org.diffsynth.onnx.internal.graph.OnnxSkeleton;
import org.diffsynth.onnx.internal.graph.TensorTypes;
import org.diffsynth.onnx.internal.proto.AttributeProto;
import org.diffsynth.onnx.internal.proto.GraphProto;
import org.diffsynth.onnx.internal.proto.ModelProto;
import org.diffsynth.onnx.internal.proto.NodeProto;
import org.diffsynth.onnx.internal.proto.OperatorSetIdProto;
import org.diffsynth.onnx.internal.proto.TensorProto;

/**
 * Writes one ONNX graph for the weights of a network. Values are referred to by their names, which
 * the methods return.
 *
 * <p>A node of the layer {@code down_blocks.0.resnets.0.conv1} is named {@code
 * /down_blocks.0.resnets.0.conv1/Conv}, and its weight {@code
 * down_blocks.0.resnets.0.conv1.weight}, so that a LoRA finds its layers. The graph computes in
 * 32-bit floats; a weight of another type is followed by a Cast, which ONNX Runtime evaluates once
 * when it opens the model.
 */
final class GraphWriter {
  private static final long IR_VERSION = 8;
  private static final long OPSET = 18;

  private final Weights weights;
  private final GraphProto.Builder graph = GraphProto.newBuilder().setName("diffsynth");
  private final Map<String, Integer> makers = new HashMap<>();
  private final Set<String> constants = new HashSet<>();
  private Path folder;

  GraphWriter(Weights weights) {
    this.weights = weights;
  }

  Weights weights() {
    return weights;
  }

  /** Adds an input; see {@link Nodes#value}. */
  String input(String name, int type, Object... dims) {
    graph.addInput(Nodes.value(name, type, dims));
    return name;
  }

  /**
   * Makes a value that no node reads an output of 32-bit floats.
   *
   * @param name name of the output, which replaces that of the value
   */
  void output(String value, String name, Object... dims) {
    graph.getNodeBuilder(makers.get(value)).setOutput(0, name);
    graph.addOutput(Nodes.value(name, TensorTypes.FLOAT, dims));
  }

  /**
   * Adds a node with one output.
   *
   * @param layer path of the layer that the node belongs to
   * @return its output
   */
  String node(String layer, String op, List<String> inputs, AttributeProto... attributes) {
    String name = "/" + layer + "/" + op;
    for (int i = 1; makers.containsKey(name + "_output_0"); i++) {
      name = "/" + layer + "/" + op + "_" + i;
    }
    String output = name + "_output_0";
    makers.put(output, graph.getNodeCount());
    graph.addNode(
        NodeProto.newBuilder()
            .setName(name)
            .setOpType(op)
            .addAllInput(inputs)
            .addOutput(output)
            .addAllAttribute(Arrays.asList(attributes)));
    return output;
  }

  /** Returns a constant vector of integers, such as a shape. */
  String integers(long... values) {
    String name = "integers" + Arrays.toString(values).replace(" ", "");
    if (constants.add(name)) {
      graph.addInitializer(Nodes.integers(name, values));
    }
    return name;
  }

  /** Returns a constant number without dimensions. */
  String number(double value) {
    String name = "number_" + (float) value;
    if (constants.add(name)) {
      graph.addInitializer(Nodes.floats(name, (float) value).toBuilder().clearDims());
    }
    return name;
  }

  /** Returns a constant that is stored inside the graph. */
  String constant(String name, float[] values, long... dims) {
    if (constants.add(name)) {
      graph.addInitializer(
          Nodes.floats(name, values).toBuilder()
              .clearDims()
              .addAllDims(Arrays.stream(dims).boxed().toList()));
    }
    return name;
  }

  /**
   * Returns a weight as 32-bit floats.
   *
   * @param layer path of the layer
   * @param part name of the weight in the layer, such as {@code bias}
   * @param dims see {@link Weights#use}
   */
  String weight(String layer, String part, long... dims) throws IOException {
    return toFloat(layer, stored(layer, part, dims));
  }

  /** Returns the matrix {@code weight} of a layer, transposed, as 32-bit floats. */
  String transposedWeight(String layer, long rows, long columns) throws IOException {
    String stored = stored(layer, "weight", rows, columns);
    String transposed = node(layer, "Transpose", List.of(stored), Nodes.integerList("perm", 1, 0));
    return isFloat(layer + ".weight") ? transposed : cast(layer, transposed);
  }

  /**
   * Returns the rows of the matrix {@code weight} of a layer that an index names, as 32-bit floats.
   */
  String rows(String layer, String index, long rows, long columns) throws IOException {
    String stored = stored(layer, "weight", rows, columns);
    String gathered = node(layer, "Gather", List.of(stored, index), Nodes.attribute("axis", 0));
    return isFloat(layer + ".weight") ? gathered : cast(layer, gathered);
  }

  private String toFloat(String layer, String stored) throws IOException {
    return isFloat(stored) ? stored : cast(layer, stored);
  }

  private boolean isFloat(String stored) throws IOException {
    return weights.find(stored).type().equals("F32");
  }

  private String cast(String layer, String value) {
    return node(layer, "Cast", List.of(value), Nodes.attribute("to", TensorTypes.FLOAT));
  }

  /** Adds a weight in its own type, by reference to its file. */
  private String stored(String layer, String part, long... dims) throws IOException {
    String name = layer + "." + part;
    Weight weight = weights.use(name, dims);
    if (constants.add(name)) {
      if (folder == null) {
        folder = weight.file().getParent();
      }
      TensorProto.Builder tensor =
          TensorProto.newBuilder().setName(name).setDataType(type(name, weight));
      tensor.addAllDims(weight.shape());
      String location = folder.relativize(weight.file()).toString().replace('\\', '/');
      graph.addInitializer(ExternalData.at(tensor, location, weight.position(), weight.length()));
    }
    return name;
  }

  private int type(String name, Weight weight) throws IOException {
    return switch (weight.type()) {
      case "F32" -> TensorTypes.FLOAT;
      case "F16" -> TensorTypes.FLOAT16;
      case "BF16" -> TensorTypes.BFLOAT16;
      case "F64" -> TensorTypes.DOUBLE;
      default ->
          throw new IOException(
              Text.format(
                  "%s: the type of tensor '%s' must be one of F64, F32, F16 and BF16, but was %s: use the model in single or half precision",
                  weights.file(), name, weight.type()));
    };
  }

  /**
   * Returns the finished model.
   *
   * @param network what the graph is, for errors
   * @throws IOException if there are weights that no node uses
   */
  OnnxSkeleton finish(String network) throws IOException {
    weights.requireAllUsed(network);
    return new OnnxSkeleton(
        weights.file(),
        folder,
        ModelProto.newBuilder()
            .setIrVersion(IR_VERSION)
            .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(OPSET))
            .setGraph(graph)
            .build());
  }
}
