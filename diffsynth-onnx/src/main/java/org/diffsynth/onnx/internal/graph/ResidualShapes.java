package org.diffsynth.onnx.internal.graph;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.diffsynth.onnx.internal.proto.AttributeProto;
import org.diffsynth.onnx.internal.proto.GraphProto;
import org.diffsynth.onnx.internal.proto.NodeProto;
import org.diffsynth.onnx.internal.proto.ValueInfoProto;

/**
 * Replaces the shapes of residual inputs that {@link ResidualSurgery} removes from a UNet.
 *
 * <p>An exporter knows that a residual has the shape of the value it is added to. So it may read a
 * batch size, height or width that it needs elsewhere from the residual, even before the sum. When
 * the residual input is removed, the shape is computed from the latents instead: (batch, channels,
 * ⌈height/2ⁿ⌉, ⌈width/2ⁿ⌉), where n is the number of convolutions with stride 2 on the way to the
 * value.
 */
final class ResidualShapes {
  private static final int RANK = 4;

  private final GraphIndex index;
  private final GraphRewrite rewrite;
  private final String sample;

  ResidualShapes(GraphIndex index, GraphRewrite rewrite, String sample) {
    this.index = index;
    this.rewrite = rewrite;
    this.sample = sample;
  }

  /**
   * Replaces a node that reads the shape of a residual.
   *
   * @param position position of the Shape node
   * @param partner name of the value that the residual is added to
   */
  void replace(int position, ValueInfoProto residual, String partner) {
    long part = 1L << halvings(partner);
    long channels = residual.getType().getTensorType().getShape().getDim(1).getDimValue();
    String base = residual.getName() + "/shape_" + position;
    String latents = base + "/latents";
    String rounded = base + "/rounded";
    String divided = base + "/divided";
    rewrite.add(Nodes.integers(base + "/round", 0, 0, part - 1, part - 1));
    rewrite.add(Nodes.integers(base + "/parts", 1, 1, part, part));
    rewrite.add(Nodes.integers(base + "/swap", 1, 0, 1, 1));
    rewrite.add(Nodes.integers(base + "/channels", 0, channels, 0, 0));
    String whole = base + "/whole";
    String kept = base + "/kept";
    rewrite.insert(position, Nodes.node("Shape", List.of(sample), latents));
    rewrite.insert(position, Nodes.node("Add", List.of(latents, base + "/round"), rounded));
    rewrite.insert(position, Nodes.node("Div", List.of(rounded, base + "/parts"), divided));
    rewrite.insert(position, Nodes.node("Mul", List.of(divided, base + "/swap"), kept));
    rewrite.insert(position, Nodes.node("Add", List.of(kept, base + "/channels"), whole));

    NodeProto shape = index.graph().getNode(position);
    rewrite.add(Nodes.integers(base + "/from", bound(shape, "start", 0)));
    rewrite.add(Nodes.integers(base + "/to", bound(shape, "end", RANK)));
    rewrite
        .change(position)
        .setOpType("Slice")
        .clearAttribute()
        .clearInput()
        .addAllInput(List.of(whole, base + "/from", base + "/to"));
  }

  private static long bound(NodeProto shape, String name, long otherwise) {
    AttributeProto attribute = GraphIndex.attribute(shape, name);
    return attribute == null ? otherwise : attribute.getI();
  }

  /** Number of convolutions with stride 2 on the way to a value. */
  private int halvings(String value) {
    GraphProto graph = index.graph();
    Set<Integer> seen = new HashSet<>();
    Deque<String> open = new ArrayDeque<>(List.of(value));
    int halvings = 0;
    while (!open.isEmpty()) {
      int position = index.makerPosition(open.pop());
      if (position >= 0 && seen.add(position)) {
        NodeProto node = graph.getNode(position);
        AttributeProto strides = GraphIndex.attribute(node, "strides");
        halvings +=
            node.getOpType().equals("Conv") && strides != null && strides.getInts(0) == 2 ? 1 : 0;
        node.getInputList().stream().filter(input -> !index.isFixed(input)).forEach(open::push);
      }
    }
    return halvings;
  }
}
