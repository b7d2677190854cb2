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
 * Takes the place of the shapes of residual inputs that a UNet loses. Where an exporter knows that
 * a residual is of the same shape as what it is added to, it may ask the residual for a batch or a
 * side that it needs elsewhere, even before the sum. The same follows from the latents: {@code
 * (batch, channels, ⌈height/2ⁿ⌉, ⌈width/2ⁿ⌉)} after n convolutions of stride 2.
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
   * Has a node that reads a residual's shape compute it.
   *
   * @param position of the Shape node
   * @param partner what the residual is added to
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

  /** Convolutions of stride 2 on the way to a value. */
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
