package org.diffsynth.onnx.internal.graph;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.diffsynth.onnx.internal.proto.GraphProto;
import org.diffsynth.onnx.internal.proto.ModelProto;
import org.diffsynth.onnx.internal.proto.NodeProto;
import org.diffsynth.onnx.internal.proto.OperatorSetIdProto;
import org.diffsynth.onnx.internal.proto.TensorProto;
import org.diffsynth.onnx.internal.proto.ValueInfoProto;

/**
 * Changes to a graph, gathered first and made at once. Positions are those of the graph as it was;
 * nodes that no output needs any more are left out of the result.
 */
final class GraphRewrite {
  private final GraphProto graph;
  private final Map<Integer, List<NodeProto>> inserted = new TreeMap<>();
  private final Map<Integer, NodeProto.Builder> changed = new HashMap<>();
  private final Map<String, String> aliases = new HashMap<>();
  private final Set<String> droppedInputs = new HashSet<>();
  private final List<TensorProto> tensors = new ArrayList<>();
  private final List<ValueInfoProto> inputs = new ArrayList<>();
  private final List<ValueInfoProto> outputs = new ArrayList<>();

  GraphRewrite(GraphProto graph) {
    this.graph = graph;
  }

  /** Puts a node before the one at a position; the number of nodes is the end. */
  void insert(int position, NodeProto.Builder node) {
    inserted.computeIfAbsent(position, p -> new ArrayList<>()).add(node.build());
  }

  /** The node at a position, to be changed in place. */
  NodeProto.Builder change(int position) {
    return changed.computeIfAbsent(position, p -> graph.getNode(p).toBuilder());
  }

  /** Makes every reader of one value read another, the graph's outputs excepted. */
  void alias(String value, String instead) {
    aliases.put(value, instead);
  }

  void add(TensorProto tensor) {
    tensors.add(tensor);
  }

  void addInput(ValueInfoProto input) {
    inputs.add(input);
  }

  void addOutput(ValueInfoProto output) {
    outputs.add(output);
  }

  void dropInputs(Collection<String> names) {
    droppedInputs.addAll(names);
  }

  /** The model with all changes made. */
  ModelProto apply(ModelProto model, boolean usesContribOps) {
    List<NodeProto> nodes = new ArrayList<>();
    for (int i = 0; i <= graph.getNodeCount(); i++) {
      for (NodeProto node : inserted.getOrDefault(i, List.of())) {
        nodes.add(aliased(node));
      }
      if (i < graph.getNodeCount()) {
        NodeProto.Builder builder = changed.get(i);
        nodes.add(aliased(builder == null ? graph.getNode(i) : builder.build()));
      }
    }
    GraphProto.Builder result = graph.toBuilder().clearNode().clearInput().clearInitializer();
    graph.getInputList().stream()
        .filter(input -> !droppedInputs.contains(input.getName()))
        .forEach(result::addInput);
    inputs.forEach(result::addInput);
    outputs.forEach(result::addOutput);
    prune(nodes, result);
    ModelProto.Builder changedModel = model.toBuilder().setGraph(result);
    if (usesContribOps
        && model.getOpsetImportList().stream()
            .noneMatch(set -> set.getDomain().equals("com.microsoft"))) {
      changedModel.addOpsetImport(
          OperatorSetIdProto.newBuilder().setDomain("com.microsoft").setVersion(1));
    }
    return changedModel.build();
  }

  private NodeProto aliased(NodeProto node) {
    if (node.getInputList().stream().noneMatch(aliases::containsKey)) {
      return node;
    }
    NodeProto.Builder builder = node.toBuilder();
    for (int i = 0; i < node.getInputCount(); i++) {
      String name = node.getInput(i);
      while (aliases.containsKey(name)) {
        name = aliases.get(name);
      }
      builder.setInput(i, name);
    }
    return builder.build();
  }

  /** Adds what the outputs need, in order. A node with a subgraph may read any value: all stay. */
  private void prune(List<NodeProto> nodes, GraphProto.Builder result) {
    Set<String> needed = new HashSet<>();
    result.getOutputList().forEach(output -> needed.add(output.getName()));
    boolean[] live = new boolean[nodes.size()];
    boolean nested =
        nodes.stream()
            .flatMap(node -> node.getAttributeList().stream())
            .anyMatch(attribute -> attribute.hasG() || attribute.getGraphsCount() > 0);
    for (int i = nodes.size() - 1; i >= 0; i--) {
      NodeProto node = nodes.get(i);
      live[i] = nested || node.getOutputList().stream().anyMatch(needed::contains);
      if (live[i]) {
        needed.addAll(node.getInputList());
      }
    }
    for (int i = 0; i < live.length; i++) {
      if (live[i]) {
        result.addNode(nodes.get(i));
      }
    }
    List<TensorProto> all = new ArrayList<>(graph.getInitializerList());
    all.addAll(tensors);
    all.stream()
        .filter(tensor -> nested || needed.contains(tensor.getName()))
        .forEach(result::addInitializer);
  }
}
