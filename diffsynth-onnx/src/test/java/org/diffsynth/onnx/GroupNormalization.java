package org.diffsynth.onnx;

import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import org.diffsynth.onnx.internal.proto.AttributeProto;
import org.diffsynth.onnx.internal.proto.GraphProto;
import org.diffsynth.onnx.internal.proto.ModelProto;
import org.diffsynth.onnx.internal.proto.NodeProto;
import org.diffsynth.onnx.internal.proto.TensorProto;

/**
 * Rewrites the group normalizations of a model to the operator that exporters use from opset 21.
 */
final class GroupNormalization {
  private static final int OPSET = 21;

  private GroupNormalization() {}

  /** Replaces Reshape, InstanceNormalization, Reshape, Mul and Add by one operator. */
  static void fuse(ModelProto.Builder model) {
    model.getOpsetImportBuilder(0).setVersion(OPSET);
    GraphProto.Builder graph = model.getGraphBuilder();
    Map<String, NodeProto> makers = new HashMap<>();
    graph.getNodeList().forEach(node -> node.getOutputList().forEach(o -> makers.put(o, node)));
    int fused = 0;
    for (NodeProto.Builder add : graph.getNodeBuilderList()) {
      NodeProto multiply = maker(makers, add.getInputCount() == 0 ? "" : add.getInput(0), "Mul");
      NodeProto back = multiply == null ? null : maker(makers, multiply.getInput(0), "Reshape");
      NodeProto norm =
          back == null ? null : maker(makers, back.getInput(0), "InstanceNormalization");
      if (!add.getOpType().equals("Add") || norm == null) {
        continue;
      }
      NodeProto rows = makers.get(norm.getInput(0));
      long groups = longs(makers.get(rows.getInput(1)))[1];
      flatten(graph, multiply.getInput(1));
      flatten(graph, add.getInput(1));
      String offset = add.getInput(1);
      add.setOpType("GroupNormalization")
          .clearInput()
          .addInput(rows.getInput(0))
          .addInput(multiply.getInput(1))
          .addInput(offset)
          .addAttribute(
              AttributeProto.newBuilder()
                  .setName("num_groups")
                  .setType(AttributeProto.AttributeType.INT)
                  .setI(groups));
      norm.getAttributeList().forEach(add::addAttribute);
      fused++;
    }
    if (fused == 0) {
      throw new IllegalStateException("the model has no normalisations");
    }
    removeUnused(graph);
  }

  private static NodeProto maker(Map<String, NodeProto> makers, String value, String op) {
    NodeProto maker = makers.get(value);
    return maker != null && maker.getOpType().equals(op) ? maker : null;
  }

  private static long[] longs(NodeProto constant) {
    TensorProto tensor = constant.getAttribute(0).getT();
    long[] values = new long[tensor.getRawData().size() / Long.BYTES];
    tensor
        .getRawData()
        .asReadOnlyByteBuffer()
        .order(ByteOrder.LITTLE_ENDIAN)
        .asLongBuffer()
        .get(values);
    return values;
  }

  private static void flatten(GraphProto.Builder graph, String weight) {
    for (TensorProto.Builder tensor : graph.getInitializerBuilderList()) {
      if (tensor.getName().equals(weight)) {
        long channels = tensor.getDims(0);
        tensor.clearDims().addDims(channels);
        return;
      }
    }
    throw new IllegalStateException("no weight " + weight);
  }

  private static void removeUnused(GraphProto.Builder graph) {
    for (int i = graph.getNodeCount() - 1; i >= 0; i--) {
      String output = graph.getNode(i).getOutput(0);
      boolean used =
          graph.getNodeList().stream().anyMatch(node -> node.getInputList().contains(output))
              || graph.getOutputList().stream().anyMatch(o -> o.getName().equals(output));
      if (!used) {
        graph.removeNode(i);
      }
    }
  }
}
