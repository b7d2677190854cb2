package org.diffsynth.onnx.internal.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.diffsynth.onnx.internal.proto.AttributeProto;
import org.diffsynth.onnx.internal.proto.GraphProto;
import org.diffsynth.onnx.internal.proto.NodeProto;
import org.diffsynth.onnx.internal.proto.TensorProto;

/** Who makes and who reads each value of a graph, and which values are only shapes or constants. */
final class GraphIndex {
  private final GraphProto graph;
  private final Map<String, Integer> makers = new HashMap<>();
  private final Map<String, List<Integer>> readers = new HashMap<>();
  private final Map<String, TensorProto> initializers = new HashMap<>();
  private final Set<String> fixed = new HashSet<>();

  GraphIndex(GraphProto graph) {
    this.graph = graph;
    for (TensorProto tensor : graph.getInitializerList()) {
      initializers.put(tensor.getName(), tensor);
      fixed.add(tensor.getName());
    }
    for (int i = 0; i < graph.getNodeCount(); i++) {
      NodeProto node = graph.getNode(i);
      for (String input : node.getInputList()) {
        readers.computeIfAbsent(input, name -> new ArrayList<>()).add(i);
      }
      boolean nodeFixed =
          switch (node.getOpType()) {
            case "Shape", "Size", "Constant" -> true;
            case "If", "Loop", "Scan" -> false;
            default -> node.getInputList().stream().allMatch(n -> n.isEmpty() || isFixed(n));
          };
      for (String output : node.getOutputList()) {
        makers.put(output, i);
        if (nodeFixed) {
          fixed.add(output);
        }
      }
    }
  }

  GraphProto graph() {
    return graph;
  }

  /** Whether a value follows from constants and shapes alone, whatever the data. */
  boolean isFixed(String value) {
    return fixed.contains(value);
  }

  /** The node that makes a value, or null for inputs and weights. */
  NodeProto maker(String value) {
    Integer node = makers.get(value);
    return node == null ? null : graph.getNode(node);
  }

  /** The position of the node that makes a value; -1 for inputs and weights. */
  int makerPosition(String value) {
    return makers.getOrDefault(value, -1);
  }

  /** Positions of the nodes that read a value. */
  List<Integer> readers(String value) {
    return readers.getOrDefault(value, List.of());
  }

  /** Values that depend on the data (not only on the shape) of one graph input. */
  Set<String> dependents(String input) {
    Set<String> found = new HashSet<>();
    found.add(input);
    for (NodeProto node : graph.getNodeList()) {
      if (!isFixed(node.getOutput(0)) && node.getInputList().stream().anyMatch(found::contains)) {
        found.addAll(node.getOutputList());
      }
    }
    return found;
  }

  /** The operand of a two-operand node that is not {@link #isFixed}, or null if not just one. */
  String dataOperand(NodeProto node) {
    String found = null;
    for (String input : node.getInputList()) {
      if (!isFixed(input)) {
        if (found != null) {
          return null;
        }
        found = input;
      }
    }
    return found;
  }

  /** The tensor behind a weight operand, through casts; null if it is no plain weight. */
  Weight weight(String value) {
    boolean transposed = false;
    for (String name = value; ; ) {
      TensorProto tensor = initializers.get(name);
      NodeProto node = maker(name);
      if (tensor == null && node != null && node.getOpType().equals("Constant")) {
        tensor = attribute(node, "value") == null ? null : attribute(node, "value").getT();
      }
      if (tensor != null) {
        return new Weight(tensor, transposed);
      }
      if (node == null || !Set.of("Cast", "Transpose", "Identity").contains(node.getOpType())) {
        return null;
      }
      transposed ^= node.getOpType().equals("Transpose");
      name = node.getInput(0);
    }
  }

  /**
   * The integers of a constant, through Unsqueeze and Cast, and through the choice that exporters
   * put before an Expand, of a kept side where the shape says −1; null if it is not constant.
   */
  long[] integers(String value) {
    for (String name = value; ; ) {
      TensorProto tensor = initializers.get(name);
      if (tensor != null) {
        return TensorTypes.integers(tensor);
      }
      NodeProto node = maker(name);
      if (node == null) {
        return null;
      }
      switch (node.getOpType()) {
        case "Constant" -> {
          AttributeProto attribute = node.getAttribute(0);
          return switch (attribute.getName()) {
            case "value" -> TensorTypes.integers(attribute.getT());
            case "value_int" -> new long[] {attribute.getI()};
            case "value_ints" ->
                attribute.getIntsList().stream().mapToLong(Long::longValue).toArray();
            default -> null;
          };
        }
        case "Unsqueeze", "Squeeze", "Cast", "Identity" -> name = node.getInput(0);
        case "Where" -> {
          long[] asked = integers(node.getInput(2));
          return asked != null && keepsNegatives(node) && Arrays.stream(asked).allMatch(s -> s >= 0)
              ? asked
              : null;
        }
        default -> {
          return null;
        }
      }
    }
  }

  /** Whether a Where takes its third operand but where that is −1. */
  private boolean keepsNegatives(NodeProto where) {
    NodeProto equal = maker(where.getInput(0));
    if (equal == null || !equal.getOpType().equals("Equal")) {
      return false;
    }
    int asked = equal.getInputList().indexOf(where.getInput(2));
    NodeProto negative = asked < 0 ? null : maker(equal.getInput(1 - asked));
    long[] factor =
        negative == null || !negative.getOpType().equals("Mul")
            ? null
            : integers(negative.getInput(1));
    return factor != null && factor.length == 1 && factor[0] == -1;
  }

  static AttributeProto attribute(NodeProto node, String name) {
    for (AttributeProto attribute : node.getAttributeList()) {
      if (attribute.getName().equals(name)) {
        return attribute;
      }
    }
    return null;
  }

  /** A weight tensor and whether a transposition lies between it and its reader. */
  record Weight(TensorProto tensor, boolean transposed) {
    /** Columns of the matrix that the reader multiplies with. */
    int columns() {
      int rank = tensor.getDimsCount();
      return rank != 2 ? -1 : (int) tensor.getDims(transposed ? 0 : 1);
    }
  }
}
