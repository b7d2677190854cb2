package org.diffsynth.onnx.internal.graph;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.diffsynth.onnx.internal.proto.NodeProto;
import org.diffsynth.onnx.internal.proto.TensorProto;

/**
 * Finds the biases of layers, and the weights of normalisations, by the layer's path in the
 * original PyTorch model, as {@link LayerWeights} finds the weights of linear layers and
 * convolutions.
 *
 * <p>A bias is the third input of a Conv, a Gemm or a normalisation, or what an Add of the layer
 * adds; the weight of a normalisation is its second input, or what a Mul of the layer multiplies
 * by. Exporters split the normalisation of groups in this way.
 */
public final class LayerVectors {

  /** What a vector does in its layer. */
  public enum Role {
    WEIGHT,
    BIAS
  }

  /**
   * A bias or the weight of a normalisation.
   *
   * @param tensor name of the initializer
   * @param length number of elements
   * @param readers number of nodes that read the initializer
   */
  public record LayerVector(String tensor, int length, int readers) {}

  private record Key(String path, Role role) {}

  private final Map<Key, Set<LayerVector>> byPath = new LinkedHashMap<>();

  private LayerVectors() {}

  /** Finds the vectors of all layers of a model. */
  public static LayerVectors of(OnnxSkeleton skeleton) {
    GraphIndex index = new GraphIndex(skeleton.model().getGraph());
    Map<String, Integer> uses = new HashMap<>();
    for (NodeProto node : index.graph().getNodeList()) {
      for (String input : node.getInputList()) {
        uses.merge(input, 1, Integer::sum);
      }
    }
    LayerVectors found = new LayerVectors();
    for (NodeProto node : index.graph().getNodeList()) {
      for (int i = 0; i < node.getInputCount(); i++) {
        Role role = role(node, i);
        GraphIndex.Weight weight = role == null ? null : index.weight(node.getInput(i));
        if (weight != null && isVector(weight.tensor())) {
          TensorProto tensor = weight.tensor();
          LayerVector vector =
              new LayerVector(
                  tensor.getName(),
                  (int) TensorTypes.elements(tensor),
                  uses.getOrDefault(tensor.getName(), 0));
          for (String path : LayerWeights.paths(node, withoutRole(tensor.getName()))) {
            found
                .byPath
                .computeIfAbsent(new Key(path, role), key -> new LinkedHashSet<>())
                .add(vector);
          }
        }
      }
    }
    return found;
  }

  private static Role role(NodeProto node, int input) {
    return switch (node.getOpType()) {
      case "Conv", "Gemm" -> input == 2 ? Role.BIAS : null;
      case "LayerNormalization", "GroupNormalization" ->
          input == 1 ? Role.WEIGHT : input == 2 ? Role.BIAS : null;
      case "Mul" -> Role.WEIGHT;
      case "Add" -> Role.BIAS;
      default -> null;
    };
  }

  private static boolean isVector(TensorProto tensor) {
    return !tensor.getName().isEmpty()
        && TensorValues.isFloat(tensor)
        && tensor.getDimsCount() > 0
        && tensor.getDimsList().stream().filter(dim -> dim != 1).count() <= 1;
  }

  private static String withoutRole(String tensor) {
    return tensor.endsWith(".bias")
        ? tensor.substring(0, tensor.length() - ".bias".length()) + ".weight"
        : tensor;
  }

  /**
   * Returns the vectors of a layer that have a role.
   *
   * @param layer path of the layer, joined by underscores, or the end of the path
   * @param length number of elements of the vector
   * @return more than one vector if the path is ambiguous; empty if there is no such vector
   */
  public Set<LayerVector> find(String layer, Role role, int length) {
    Set<LayerVector> found = new LinkedHashSet<>();
    byPath.getOrDefault(new Key(layer, role), Set.of()).stream()
        .filter(vector -> vector.length() == length)
        .forEach(found::add);
    if (found.isEmpty()) {
      byPath.forEach(
          (key, vectors) -> {
            if (key.role == role && key.path.endsWith("_" + layer)) {
              vectors.stream().filter(vector -> vector.length() == length).forEach(found::add);
            }
          });
    }
    return found;
  }
}
