package org.diffsynth.onnx.internal.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.diffsynth.onnx.internal.proto.AttributeProto;
import org.diffsynth.onnx.internal.proto.NodeProto;

/**
 * Finds the attentions of a graph by their structure.
 *
 * <p>An attention computes softmax(Q·Kᵀ / √d)·V, where queries Q, keys K and values V are matrix
 * products of tokens with weights, and a further product with a weight follows. Exporters write it
 * with different nodes in between. The search starts at every softmax, or at every fused attention
 * operator, and walks along the graph:
 *
 * <pre>
 * tokens ─ MatMul(W_q) ─ moves ─┐
 * tokens ─ MatMul(W_k) ─ moves ─┴ MatMul ─ scales ─ Softmax ─┐
 * tokens ─ MatMul(W_v) ─ moves ──────────────────────────────┴ MatMul ─ moves ─ MatMul(W_out)
 * </pre>
 *
 * <p>Moves are nodes that only rearrange or convert values (reshape, transpose, cast). Scales are
 * additions of or multiplications by constants: 1/√d, a mask, a bias. A softmax that does not fit
 * this form is not an attention and is skipped.
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

  /** Returns all attentions, cross-attentions too, in the order of the graph. */
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

  /**
   * Walks back from a value to the first node that is not a move.
   *
   * @param overScales whether to walk over scales too
   * @return null if the walk ends at an input or weight, or at a node with two data operands
   */
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

  /**
   * Walks forward from a value to the first reader that is not a move. Readers of the shape only
   * are ignored.
   *
   * @return position of the reader; -1 if there is none, or more than one on the way
   */
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

  /** Whether a node multiplies data by a weight. */
  private boolean isWeighted(NodeProto node) {
    return (node.getOpType().equals("MatMul") || node.getOpType().equals("Gemm"))
        && index.isFixed(node.getInput(1))
        && !index.isFixed(node.getInput(0));
  }

  /** Walks back from an operand of the attention core to the product that projects it. */
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
        return projection(before, value, heads); // a product with a bias
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

  /** The number of heads in a target shape (batch, tokens, heads, width); 0 if not constant. */
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

  /**
   * A projection of tokens to queries, keys or values.
   *
   * @param heads heads that a reshape after the projection splits it into; 0 if unknown
   */
  private record Projection(String input, String output, int channels, int heads) {}
}
