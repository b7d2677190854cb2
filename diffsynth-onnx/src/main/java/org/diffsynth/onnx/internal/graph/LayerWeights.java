package org.diffsynth.onnx.internal.graph;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.diffsynth.onnx.internal.proto.AttributeProto;
import org.diffsynth.onnx.internal.proto.NodeProto;
import org.diffsynth.onnx.internal.proto.StringStringEntryProto;
import org.diffsynth.onnx.internal.proto.TensorProto;

/**
 * Which weight belongs to which layer of the network that a graph was exported from. Exporters
 * often take the names of weights away, {@code onnx::MatMul_5673}, but leave the layer's path in
 * the name of the node that reads it, {@code /down_blocks.0/…/attn1/to_q/MatMul}, or in its
 * metadata.
 */
public final class LayerWeights {
  private static final String SCOPES = "pkg.torch.onnx.name_scopes";
  private static final Pattern QUOTED = Pattern.compile("'([^']*)'");
  private static final Set<String> LAYERS = Set.of("MatMul", "Gemm", "Conv");

  private final Map<String, Set<Weight>> byPath = new LinkedHashMap<>();

  /**
   * A layer's weight.
   *
   * @param tensor name of the initializer
   * @param rows outputs of the layer
   * @param columns inputs of the layer, times the kernel's size for a convolution
   * @param transposed whether the initializer lies as (columns, rows)
   * @param readers how many nodes read the initializer
   */
  public record Weight(String tensor, int rows, int columns, boolean transposed, int readers) {}

  private LayerWeights() {}

  /** All layers with weights of their own. */
  public static LayerWeights of(OnnxSkeleton skeleton) {
    GraphIndex index = new GraphIndex(skeleton.model().getGraph());
    Map<String, Integer> uses = new HashMap<>();
    List<NodeProto> layers = new ArrayList<>();
    for (NodeProto node : index.graph().getNodeList()) {
      if (LAYERS.contains(node.getOpType()) && index.isFixed(node.getInput(1))) {
        GraphIndex.Weight weight = index.weight(node.getInput(1));
        if (weight != null && !weight.tensor().getName().isEmpty()) {
          uses.merge(weight.tensor().getName(), 1, Integer::sum);
          layers.add(node);
        }
      }
    }
    LayerWeights found = new LayerWeights();
    for (NodeProto node : layers) {
      GraphIndex.Weight weight = index.weight(node.getInput(1));
      Weight described = describe(node, weight, uses.get(weight.tensor().getName()));
      if (described != null) {
        for (String path : paths(node, weight.tensor().getName())) {
          found.byPath.computeIfAbsent(path, p -> new LinkedHashSet<>()).add(described);
        }
      }
    }
    return found;
  }

  private static Weight describe(NodeProto node, GraphIndex.Weight weight, int readers) {
    TensorProto tensor = weight.tensor();
    if (node.getOpType().equals("Conv")) {
      int rows = (int) tensor.getDims(0);
      int columns = (int) (TensorTypes.elements(tensor) / Math.max(1, rows));
      return weight.transposed()
          ? null
          : new Weight(tensor.getName(), rows, columns, false, readers);
    }
    if (tensor.getDimsCount() != 2) {
      return null;
    }
    AttributeProto flag = GraphIndex.attribute(node, "transB");
    boolean flipped = flag != null && flag.getI() != 0;
    // A product reads (inputs, outputs); each transposition on the way turns that round.
    boolean transposed = weight.transposed() == flipped;
    int rows = (int) tensor.getDims(transposed ? 1 : 0);
    int columns = (int) tensor.getDims(transposed ? 0 : 1);
    return new Weight(tensor.getName(), rows, columns, transposed, readers);
  }

  private static Set<String> paths(NodeProto node, String tensor) {
    Set<String> paths = new LinkedHashSet<>();
    if (tensor.endsWith(".weight")) {
      paths.add(tensor.substring(0, tensor.length() - ".weight".length()));
    }
    int slash = node.getName().lastIndexOf('/');
    if (slash > 0) {
      paths.add(node.getName().substring(node.getName().startsWith("/") ? 1 : 0, slash));
    }
    for (StringStringEntryProto entry : node.getMetadataPropsList()) {
      if (entry.getKey().equals(SCOPES)) {
        List<String> scopes = new ArrayList<>();
        Matcher matcher = QUOTED.matcher(entry.getValue());
        while (matcher.find()) {
          scopes.add(matcher.group(1));
        }
        if (scopes.size() > 1) {
          paths.add(scopes.get(scopes.size() - 2)); // the last names the operator
        }
      }
    }
    Set<String> joined = new LinkedHashSet<>();
    paths.forEach(path -> joined.add(path.replace('.', '_').replace('/', '_')));
    return joined;
  }

  /**
   * The weights of layers whose path, joined by underscores, is this one, or if there is none, ends
   * with it: exporters may put a wrapper's name before it.
   */
  public Set<Weight> find(String layer) {
    Set<Weight> exact = byPath.get(layer);
    if (exact != null) {
      return exact;
    }
    Set<Weight> found = new LinkedHashSet<>();
    byPath.forEach(
        (path, weights) -> {
          if (path.endsWith("_" + layer)) {
            found.addAll(weights);
          }
        });
    return found;
  }

  /** Paths of all layers, for errors. */
  public Set<String> paths() {
    return byPath.keySet();
  }
}
