package org.diffsynth.onnx.golden;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.diffsynth.onnx.internal.proto.AttributeProto;
import org.diffsynth.onnx.internal.proto.GraphProto;
import org.diffsynth.onnx.internal.proto.NodeProto;
import org.diffsynth.onnx.internal.proto.TensorShapeProto;
import org.diffsynth.onnx.internal.proto.ValueInfoProto;
import org.diffsynth.onnx.internal.proto.ValueTypeProto;

/**
 * A copy of the golden model whose UNet has an IP-Adapter: every cross-attention also attends to
 * image tokens, with one head and the text's weights for keys and values, and adds the result.
 */
public final class IpAdapterCopy {

  /** Floats per image token. */
  public static final int WIDTH = 32;

  private static final int FLOAT = 1;

  private IpAdapterCopy() {}

  /**
   * Adds the adapter to a copy.
   *
   * @param input name of the input of image tokens
   * @param dims dimensions of that input, three numbers or names
   * @param scale name of the input of the scale; null for none
   */
  public static ModelCopy adapt(ModelCopy copy, String input, List<Object> dims, String scale)
      throws IOException {
    return copy.graph("unet", graph -> add(graph, input, dims, scale));
  }

  private static void add(GraphProto.Builder graph, String input, List<Object> dims, String scale) {
    graph.addInput(value(input, dims));
    if (scale != null) {
      graph.addInput(value(scale, List.of()));
    }
    List<NodeProto> nodes = new ArrayList<>();
    int places = 0;
    for (NodeProto node : graph.getNodeList()) {
      String suffix = "attn2/to_out.0/MatMul";
      if (!node.getName().endsWith(suffix)) {
        nodes.add(node);
        continue;
      }
      places++;
      String place = node.getName().substring(0, node.getName().length() - suffix.length() + 6);
      String here = place + "ip/";
      nodes.add(node("MatMul", here + "k", input, weight(graph, place + "to_k/MatMul")).build());
      nodes.add(node("MatMul", here + "v", input, weight(graph, place + "to_v/MatMul")).build());
      nodes.add(
          node("Transpose", here + "kt", here + "k")
              .addAttribute(
                  AttributeProto.newBuilder()
                      .setName("perm")
                      .setType(AttributeProto.AttributeType.INTS)
                      .addInts(0)
                      .addInts(2)
                      .addInts(1))
              .build());
      nodes.add(
          node("MatMul", here + "scores", place + "to_q/MatMul_output_0", here + "kt").build());
      nodes.add(node("Softmax", here + "shares", here + "scores").build());
      nodes.add(node("MatMul", here + "out", here + "shares", here + "v").build());
      String added = here + "out";
      if (scale != null) {
        added = here + "scaled";
        nodes.add(node("Mul", added, here + "out", scale).build());
      }
      nodes.add(node("Add", here + "sum", node.getInput(0), added).build());
      nodes.add(node.toBuilder().setInput(0, here + "sum").build());
    }
    if (places == 0) {
      throw new IllegalStateException("no text attention found");
    }
    graph.clearNode().addAllNode(nodes);
  }

  private static String weight(GraphProto.Builder graph, String name) {
    return graph.getNodeList().stream()
        .filter(node -> node.getName().equals(name))
        .findFirst()
        .orElseThrow()
        .getInput(1);
  }

  private static NodeProto.Builder node(String type, String output, String... inputs) {
    return NodeProto.newBuilder()
        .setOpType(type)
        .setName(output)
        .addAllInput(List.of(inputs))
        .addOutput(output);
  }

  private static ValueInfoProto value(String name, List<Object> dims) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (Object dim : dims) {
      TensorShapeProto.Dimension.Builder dimension = TensorShapeProto.Dimension.newBuilder();
      if (dim instanceof Integer number) {
        dimension.setDimValue(number);
      } else {
        dimension.setDimParam(dim.toString());
      }
      shape.addDim(dimension);
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            ValueTypeProto.newBuilder()
                .setTensorType(
                    ValueTypeProto.Tensor.newBuilder().setElemType(FLOAT).setShape(shape)))
        .build();
  }
}
