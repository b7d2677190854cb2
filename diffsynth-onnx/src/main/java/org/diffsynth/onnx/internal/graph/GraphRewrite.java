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
 * Collects changes of a graph and applies them at once. All positions refer to the original graph,
 * so they stay valid while changes are collected. Nodes, initializers and inserted parts that no
 * output needs are left out of the result.
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

  /** Inserts a node before a position; the number of nodes stands for the end of the graph. */
  void insert(int position, NodeProto.Builder node) {
    inserted.computeIfAbsent(position, p -> new ArrayList<>()).add(node.build());
  }

  /** Returns a builder of the node at a position; changes of the builder become effective. */
  NodeProto.Builder change(int position) {
    return changed.computeIfAbsent(position, p -> graph.getNode(p).toBuilder());
  }

  /** Renames an output of the node at a position; readers and graph outputs keep the old name. */
  void renameOutput(int position, String name, String newName) {
    NodeProto.Builder node = change(position);
    for (int i = 0; i < node.getOutputCount(); i++) {
      if (node.getOutput(i).equals(name)) {
        node.setOutput(i, newName);
      }
    }
  }

  /** Makes every node that reads one value read another; outputs of the graph keep their value. */
  void alias(String value, String instead) {
    aliases.put(value, instead);
  }

  /** Adds an initializer to the rewritten graph. */
  void add(TensorProto tensor) {
    tensors.add(tensor);
  }

  /** Adds an input of the graph. */
  void addInput(ValueInfoProto input) {
    inputs.add(input);
  }

  /** Adds an output of the graph; a node must make a value of its name. */
  void addOutput(ValueInfoProto output) {
    outputs.add(output);
  }

  /** Removes inputs of the graph; no remaining node may read them. */
  void dropInputs(Collection<String> names) {
    droppedInputs.addAll(names);
  }

  /**
   * Returns the model with all changes.
   *
   * @param usesContribOps whether inserted nodes come from the operator set com.microsoft
   */
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

  /**
   * Adds the nodes and initializers that the outputs need, in order. If any node has a subgraph,
   * all of them are added, because a subgraph may read any value of the graph.
   */
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
