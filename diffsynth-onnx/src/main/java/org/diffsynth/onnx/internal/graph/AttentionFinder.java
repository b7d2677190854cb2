package org.diffsynth.onnx.internal.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.diffsynth.onnx.internal.proto.AttributeProto;
import org.diffsynth.onnx.internal.proto.NodeProto;

/**
 * Finds the attentions of a graph by structure, never by name: a softmax (or an attention operator)
 * whose operands lead back, through reshapes, transpositions, casts and constant factors, to three
 * matrix products with weights, and whose result leads on to a fourth.
 */
final class AttentionFinder {
  private static final Set<String> MOVES =
      Set.of("Reshape", "Transpose", "Cast", "Identity", "Squeeze", "Unsqueeze", "Flatten");
  private static final Set<String> SCALES = Set.of("Mul", "Div", "Add", "Sub");
  private static final Set<String> PRODUCTS = Set.of("MatMul", "Einsum", "FusedMatMul");
  private static final Set<String> FUSED = Set.of("MultiHeadAttention", "Attention");

  private final GraphIndex index;

  private AttentionFinder(GraphIndex index) {
    this.index = index;
  }

  /** All attentions with projections, in the graph's order. */
  static List<AttentionSite> find(GraphIndex index) {
    AttentionFinder finder = new AttentionFinder(index);
    List<AttentionSite> sites = new ArrayList<>();
    for (int i = 0; i < index.graph().getNodeCount(); i++) {
      NodeProto node = index.graph().getNode(i);
      AttentionSite site = null;
      if (node.getOpType().equals("Softmax")) {
        site = finder.fromSoftmax(node);
      } else if (FUSED.contains(node.getOpType()) && node.getInputCount() >= 3) {
        site = finder.fromFused(node, i);
      }
      if (site != null) {
        sites.add(site);
      }
    }
    return sites;
  }

  private AttentionSite fromSoftmax(NodeProto softmax) {
    NodeProto scores = back(softmax.getInput(0), true);
    if (scores == null || !PRODUCTS.contains(scores.getOpType()) || scores.getInputCount() != 2) {
      return null;
    }
    int mix = forward(softmax.getOutput(0));
    if (mix < 0) {
      return null;
    }
    NodeProto mixNode = index.graph().getNode(mix);
    if (!PRODUCTS.contains(mixNode.getOpType()) || index.isFixed(mixNode.getInput(1))) {
      return null;
    }
    return site(scores.getInput(0), scores.getInput(1), mixNode.getInput(1), mix, 0);
  }

  private AttentionSite fromFused(NodeProto node, int position) {
    AttributeProto heads = GraphIndex.attribute(node, "num_heads");
    if (heads == null) {
      heads = GraphIndex.attribute(node, "q_num_heads");
    }
    int count = heads == null ? 0 : (int) heads.getI();
    return site(node.getInput(0), node.getInput(1), node.getInput(2), position, count);
  }

  private AttentionSite site(String q, String k, String v, int core, int knownHeads) {
    Projection query = projection(q);
    Projection key = projection(k);
    Projection value = projection(v);
    if (query == null || key == null || value == null) {
      return null;
    }
    int out = forward(index.graph().getNode(core).getOutput(0));
    if (out < 0 || !isWeighted(index.graph().getNode(out))) {
      return null;
    }
    int heads = knownHeads != 0 ? knownHeads : query.heads;
    String result = index.graph().getNode(out).getInput(0);
    return new AttentionSite(
        query.output,
        key.output,
        value.output,
        query.input,
        key.input,
        value.input,
        core,
        result,
        query.channels,
        heads);
  }

  /** Walks back over moves (and factors) to the node that computes; null where the way forks. */
  private NodeProto back(String value, boolean overScales) {
    for (NodeProto node = index.maker(value); node != null; ) {
      String next;
      if (MOVES.contains(node.getOpType())) {
        next = node.getInput(0);
      } else if (overScales && SCALES.contains(node.getOpType())) {
        next = index.dataOperand(node);
        if (next == null) {
          return null;
        }
      } else {
        return node;
      }
      node = index.maker(next);
    }
    return null;
  }

  /** Walks on over moves to the one node that reads the data; -1 where the way forks. */
  private int forward(String value) {
    for (String at = value; ; ) {
      int reader = -1;
      for (int position : index.readers(at)) {
        if (!index.graph().getNode(position).getOpType().equals("Shape")) {
          if (reader >= 0) {
            return -1;
          }
          reader = position;
        }
      }
      if (reader < 0) {
        return -1;
      }
      NodeProto node = index.graph().getNode(reader);
      if (!MOVES.contains(node.getOpType())) {
        return reader;
      }
      at = node.getOutput(0);
    }
  }

  private boolean isWeighted(NodeProto node) {
    return (node.getOpType().equals("MatMul") || node.getOpType().equals("Gemm"))
        && index.isFixed(node.getInput(1))
        && !index.isFixed(node.getInput(0));
  }

  private Projection projection(String operand) {
    int heads = 0;
    for (String value = operand; ; ) {
      NodeProto node = index.maker(value);
      if (node == null) {
        return null;
      }
      if (isWeighted(node)) {
        return projection(node, value, heads);
      }
      String op = node.getOpType();
      if (op.equals("Reshape")) {
        int split = heads(node.getInput(1));
        heads = split > 0 ? split : heads;
      }
      if (MOVES.contains(op)) {
        value = node.getInput(0);
        continue;
      }
      String data = SCALES.contains(op) ? index.dataOperand(node) : null;
      if (data == null) {
        return null;
      }
      NodeProto before = index.maker(data);
      if (op.equals("Add") && before != null && isWeighted(before)) {
        return projection(before, value, heads); // the product and its bias
      }
      value = data;
    }
  }

  private Projection projection(NodeProto product, String output, int heads) {
    GraphIndex.Weight weight = index.weight(product.getInput(1));
    if (weight == null) {
      return null;
    }
    AttributeProto transposed = GraphIndex.attribute(product, "transB");
    boolean flip = transposed != null && transposed.getI() != 0;
    int channels =
        flip
            ? new GraphIndex.Weight(weight.tensor(), !weight.transposed()).columns()
            : weight.columns();
    return channels <= 0 ? null : new Projection(product.getInput(0), output, channels, heads);
  }

  /** The third entry of a four-entry shape, (batch, tokens, heads, width), if it is constant. */
  private int heads(String shape) {
    long[] whole = index.integers(shape);
    if (whole != null) {
      return whole.length == 4 ? (int) Math.max(0, whole[2]) : 0;
    }
    NodeProto concat = index.maker(shape);
    if (concat == null || !concat.getOpType().equals("Concat") || concat.getInputCount() != 4) {
      return 0;
    }
    long[] entry = index.integers(concat.getInput(2));
    return entry != null && entry.length == 1 ? (int) Math.max(0, entry[0]) : 0;
  }

  private record Projection(String input, String output, int channels, int heads) {}
}
