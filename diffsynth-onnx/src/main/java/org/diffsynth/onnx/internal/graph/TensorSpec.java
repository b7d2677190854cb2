package org.diffsynth.onnx.internal.graph;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.diffsynth.onnx.internal.proto.TensorShapeProto;
import org.diffsynth.onnx.internal.proto.ValueInfoProto;

/**
 * An input or output of a model.
 *
 * @param name its name
 * @param type element type by ONNX's numbers
 * @param dims dimensions as declared, a number or a name each
 */
public record TensorSpec(String name, int type, List<String> dims) {

  /** The inputs that a caller has to give, in order. */
  public static List<TensorSpec> inputs(OnnxSkeleton skeleton) {
    Set<String> weights = new HashSet<>();
    skeleton.model().getGraph().getInitializerList().forEach(t -> weights.add(t.getName()));
    return ports(skeleton.model().getGraph().getInputList(), weights);
  }

  /** The outputs, in order. */
  public static List<TensorSpec> outputs(OnnxSkeleton skeleton) {
    return ports(skeleton.model().getGraph().getOutputList(), Set.of());
  }

  /**
   * The input or output of a name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static TensorSpec find(OnnxSkeleton skeleton, String name) {
    List<TensorSpec> ports = new ArrayList<>(inputs(skeleton));
    ports.addAll(outputs(skeleton));
    return ports.stream()
        .filter(port -> port.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(skeleton.file() + " has no " + name));
  }

  private static List<TensorSpec> ports(List<ValueInfoProto> values, Set<String> without) {
    List<TensorSpec> ports = new ArrayList<>();
    for (ValueInfoProto value : values) {
      if (!without.contains(value.getName())) {
        List<String> dims = new ArrayList<>();
        for (TensorShapeProto.Dimension dim :
            value.getType().getTensorType().getShape().getDimList()) {
          dims.add(dim.hasDimValue() ? Long.toString(dim.getDimValue()) : dim.getDimParam());
        }
        ports.add(
            new TensorSpec(
                value.getName(), value.getType().getTensorType().getElemType(), List.copyOf(dims)));
      }
    }
    return ports;
  }

  /**
   * The port that serves a purpose: the only one whose name matches, else the one at its usual
   * place.
   *
   * @param ports the ports to choose from
   * @param purpose what it is for, for the error
   * @param regex the names it goes by
   * @param position its usual place
   * @param rank dimensions it must have, or -1 for any
   * @throws IOException if there is none, listing what was found
   */
  public static TensorSpec bind(
      OnnxSkeleton skeleton,
      List<TensorSpec> ports,
      String purpose,
      String regex,
      int position,
      int rank)
      throws IOException {
    List<TensorSpec> named = ports.stream().filter(port -> port.name.matches(regex)).toList();
    TensorSpec port =
        named.size() == 1 ? named.get(0) : position < ports.size() ? ports.get(position) : null;
    if (port == null || rank >= 0 && port.dims.size() != rank) {
      throw new IOException(
          String.format(
              "%s: expected %s%s, found %s",
              skeleton.file(),
              purpose,
              rank < 0 ? "" : " of " + rank + " dimensions",
              ports.isEmpty()
                  ? "nothing"
                  : ports.stream().map(TensorSpec::toString).collect(Collectors.joining(", "))));
    }
    return port;
  }

  /** A declared dimension, or -1 if it is open. */
  public long dim(int index) {
    String dim = dims.get(index);
    return dim.matches("\\d+") ? Long.parseLong(dim) : -1;
  }

  /** {@code "sample[batch, 4, height, width]"}. */
  @Override
  public String toString() {
    return name + dims;
  }
}
