package org.diffsynth.onnx.internal.graph;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.diffsynth.internal.text.Text;
import org.diffsynth.onnx.internal.proto.TensorShapeProto;
import org.diffsynth.onnx.internal.proto.ValueInfoProto;

/**
 * An input or output of a model, as the model declares it.
 *
 * @param name name
 * @param type element type, by the numbers of the ONNX specification (see {@link TensorTypes})
 * @param dims dimensions: a number if fixed, otherwise the symbolic name, which may be empty
 */
public record TensorSpec(String name, int type, List<String> dims) {

  /** Returns the inputs that a caller must provide, in order; initializers are not among them. */
  public static List<TensorSpec> inputs(OnnxSkeleton skeleton) {
    Set<String> weights = new HashSet<>();
    skeleton.model().getGraph().getInitializerList().forEach(t -> weights.add(t.getName()));
    return specs(skeleton.model().getGraph().getInputList(), weights);
  }

  /** Returns the outputs, in order. */
  public static List<TensorSpec> outputs(OnnxSkeleton skeleton) {
    return specs(skeleton.model().getGraph().getOutputList(), Set.of());
  }

  /**
   * Returns the input or output with a name.
   *
   * @throws IllegalArgumentException if the model has neither
   */
  public static TensorSpec find(OnnxSkeleton skeleton, String name) {
    List<TensorSpec> specs = new ArrayList<>(inputs(skeleton));
    specs.addAll(outputs(skeleton));
    return specs.stream()
        .filter(spec -> spec.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    Text.format("%s has no input or output '%s'", skeleton.file(), name)));
  }

  private static List<TensorSpec> specs(List<ValueInfoProto> values, Set<String> excluded) {
    List<TensorSpec> specs = new ArrayList<>();
    for (ValueInfoProto value : values) {
      if (!excluded.contains(value.getName())) {
        List<String> dims = new ArrayList<>();
        for (TensorShapeProto.Dimension dim :
            value.getType().getTensorType().getShape().getDimList()) {
          dims.add(dim.hasDimValue() ? Long.toString(dim.getDimValue()) : dim.getDimParam());
        }
        specs.add(
            new TensorSpec(
                value.getName(), value.getType().getTensorType().getElemType(), List.copyOf(dims)));
      }
    }
    return specs;
  }

  /**
   * Chooses the input or output for a purpose: the only one whose name matches, otherwise the one
   * at its usual position.
   *
   * @param specs the inputs or outputs to choose from
   * @param purpose what it is for, such as {@code "a timestep"}, for the error
   * @param regex the names that exporters use
   * @param position usual position, counted from 0
   * @param rank number of dimensions it must have; -1 for any
   * @throws IOException if there is none; lists what was found
   */
  public static TensorSpec bind(
      OnnxSkeleton skeleton,
      List<TensorSpec> specs,
      String purpose,
      String regex,
      int position,
      int rank)
      throws IOException {
    List<TensorSpec> named = specs.stream().filter(spec -> spec.name.matches(regex)).toList();
    TensorSpec spec =
        named.size() == 1 ? named.get(0) : position < specs.size() ? specs.get(position) : null;
    if (spec == null || rank >= 0 && spec.dims.size() != rank) {
      throw new IOException(
          Text.format(
              "%s: expected %s%s, found %s",
              skeleton.file(),
              purpose,
              rank < 0 ? "" : " of " + rank + " dimensions",
              specs.isEmpty()
                  ? "nothing"
                  : specs.stream().map(TensorSpec::toString).collect(Collectors.joining(", "))));
    }
    return spec;
  }

  /** Returns a fixed dimension, or -1 if it is open. */
  public long dim(int index) {
    String dim = dims.get(index);
    return dim.matches("\\d+") ? Long.parseLong(dim) : -1;
  }

  /** Returns name and dimensions, such as {@code sample[batch, 4, height, width]}. */
  @Override
  public String toString() {
    return name + dims;
  }
}
