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

/**
 * Index of a graph: which node makes each value, which nodes read it, and which values are fixed.
 *
 * <p>A value is fixed if it depends only on constants and shapes, not on data. Weights, target
 * shapes and masks are fixed; activations are not. The distinction lets a search walk from node to
 * node along the data and ignore the side branches that exporters add for shapes.
 */
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

  /** Returns whether a value depends only on constants and shapes, not on data. */
  boolean isFixed(String value) {
    return fixed.contains(value);
  }

  /** Returns the node that makes a value; null for inputs and weights. */
  NodeProto maker(String value) {
    Integer node = makers.get(value);
    return node == null ? null : graph.getNode(node);
  }

  /** Returns the position of the node that makes a value; -1 for inputs and weights. */
  int makerPosition(String value) {
    return makers.getOrDefault(value, -1);
  }

  /** Returns the positions of the nodes that read a value, in order. */
  List<Integer> readers(String value) {
    return readers.getOrDefault(value, List.of());
  }

  /** Returns all values that depend on the data of a graph input, not only on its shape. */
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

  /**
   * Returns the only operand of a node that is not {@link #isFixed}; null if there is none or more
   * than one.
   */
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

  /**
   * Returns the weight behind an operand, looking through casts and transpositions.
   *
   * @return null if the operand is not an initializer or constant
   */
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
   * Returns the element type of an operand that is a weight, after the casts on the way to it.
   *
   * @return see {@link TensorTypes}
   */
  int weightType(String value) {
    String name = value;
    for (NodeProto node = maker(name); node != null; node = maker(name)) {
      if (node.getOpType().equals("Cast")) {
        return (int) attribute(node, "to").getI();
      }
      if (node.getInputCount() == 0) {
        break;
      }
      name = node.getInput(0);
    }
    return weight(name).tensor().getDataType();
  }

  /**
   * Returns the integers of a constant, looking through nodes that keep them: Unsqueeze, Squeeze,
   * Cast, and the Where that exporters put before an Expand to replace −1 by the size of the data.
   *
   * @return null if the value is not constant
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
          long[] wanted = integers(node.getInput(2));
          return wanted != null
                  && keepsNegatives(node)
                  && Arrays.stream(wanted).allMatch(s -> s >= 0)
              ? wanted
              : null;
        }
        default -> {
          return null;
        }
      }
    }
  }

  /** Whether a Where returns its third operand, except for the entries that are −1. */
  private boolean keepsNegatives(NodeProto where) {
    NodeProto equal = maker(where.getInput(0));
    if (equal == null || !equal.getOpType().equals("Equal")) {
      return false;
    }
    int operand = equal.getInputList().indexOf(where.getInput(2));
    NodeProto negative = operand < 0 ? null : maker(equal.getInput(1 - operand));
    long[] factor =
        negative == null || !negative.getOpType().equals("Mul")
            ? null
            : integers(negative.getInput(1));
    return factor != null && factor.length == 1 && factor[0] == -1;
  }

  /** Returns an attribute of a node; null if it has none of this name. */
  static AttributeProto attribute(NodeProto node, String name) {
    for (AttributeProto attribute : node.getAttributeList()) {
      if (attribute.getName().equals(name)) {
        return attribute;
      }
    }
    return null;
  }

  /**
   * A weight of the graph.
   *
   * @param transposed whether an odd number of transpositions lies between the tensor and its
   *     reader
   */
  record Weight(TensorProto tensor, boolean transposed) {
    /** Returns the columns of the matrix as the reader sees it; -1 if it is not a matrix. */
    int columns() {
      int rank = tensor.getDimsCount();
      return rank != 2 ? -1 : (int) tensor.getDims(transposed ? 0 : 1);
    }
  }
}
