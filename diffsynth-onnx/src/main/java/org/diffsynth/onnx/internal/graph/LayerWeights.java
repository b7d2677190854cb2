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
 * Finds the weight of a layer by the layer's path in the original PyTorch model, such as {@code
 * down_blocks_0_attentions_0_…_attn1_to_q}. A LoRA names layers that way.
 *
 * <p>Exporters often replace the names of weights by numbers, such as {@code onnx::MatMul_5673}.
 * But the path is still found in one of three places: the name of the weight, the name of the node
 * that reads it ({@code /down_blocks.0/…/attn1/to_q/MatMul}), or the metadata of that node.
 */
public final class LayerWeights {
  private static final String SCOPES = "pkg.torch.onnx.name_scopes";
  private static final Pattern QUOTED = Pattern.compile("'([^']*)'");
  private static final Set<String> LAYERS = Set.of("MatMul", "Gemm", "Conv");

  private final Map<String, Set<Weight>> byPath = new LinkedHashMap<>();

  /**
   * The weight of a layer.
   *
   * @param tensor name of the initializer
   * @param rows number of outputs of the layer
   * @param columns number of inputs of the layer, times the kernel size for a convolution
   * @param transposed whether the initializer is stored as (columns, rows)
   * @param readers number of nodes that read the initializer
   */
  public record Weight(String tensor, int rows, int columns, boolean transposed, int readers) {}

  private LayerWeights() {}

  /** Finds all linear and convolution layers of a model. */
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
    // MatMul reads (inputs, outputs); each transposition on the way swaps the two.
    boolean transposed = weight.transposed() == flipped;
    int rows = (int) tensor.getDims(transposed ? 1 : 0);
    int columns = (int) tensor.getDims(transposed ? 0 : 1);
    return new Weight(tensor.getName(), rows, columns, transposed, readers);
  }

  /**
   * Returns the paths of the layer that a node belongs to, joined by underscores.
   *
   * @param tensor name of the weight that the node reads
   */
  static Set<String> paths(NodeProto node, String tensor) {
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
   * Returns the weights of a layer.
   *
   * @param layer path of the layer, joined by underscores. If no layer has this path, layers whose
   *     path ends with it are returned, because exporters may put the name of a wrapper in front
   * @return more than one weight if the path is ambiguous; empty if there is no such layer
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

  /** Returns the paths of all layers, joined by underscores. */
  public Set<String> paths() {
    return byPath.keySet();
  }
}
