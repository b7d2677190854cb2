package org.diffsynth.onnx.internal.checkpoint;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.diffsynth.internal.text.Text;
import org.diffsynth.onnx.internal.tensorfile.SafetensorsFile;

/**
 * The weights of one network, such as a UNet, by the names of the Python library diffusers. It
 * remembers which weights a graph uses. Not for concurrent use.
 */
public final class Weights {
  private static final int EXAMPLES = 3;

  private final Path file;
  private final Map<String, Weight> byName = new LinkedHashMap<>();
  private final Set<String> unused = new LinkedHashSet<>();

  /**
   * Creates an empty collection.
   *
   * @param file the file, as the user named it, for errors
   */
  Weights(Path file) {
    this.file = file;
  }

  /**
   * Returns the weights of one or more files.
   *
   * @param name maps the name in the file to that of diffusers; null leaves the weight out
   * @throws IOException if two files contain the same weight, or a path cannot be resolved
   */
  static Weights of(List<SafetensorsFile> files, UnaryOperator<String> name) throws IOException {
    Weights weights = new Weights(files.get(0).file());
    for (SafetensorsFile each : files) {
      Path real = each.file().toRealPath();
      for (String stored : each.names()) {
        String mapped = name.apply(stored);
        if (mapped != null) {
          SafetensorsFile.Place at = each.place(stored);
          weights.add(mapped, new Weight(real, at.type(), at.shape(), at.position(), at.length()));
        }
      }
    }
    return weights;
  }

  /**
   * Adds a weight.
   *
   * @throws IOException if there is a weight of this name already
   */
  void add(String name, Weight weight) throws IOException {
    if (byName.put(name, weight) != null) {
      throw new IOException(Text.format("%s has the tensor '%s' twice", file, name));
    }
    unused.add(name);
  }

  /** Returns the file, as the user named it. */
  public Path file() {
    return file;
  }

  /** Returns whether no weights were found. */
  public boolean isEmpty() {
    return byName.isEmpty();
  }

  /** Returns whether there is a weight of this name. */
  public boolean has(String name) {
    return byName.containsKey(name);
  }

  /** Returns the names of all weights. */
  Set<String> names() {
    return byName.keySet();
  }

  /**
   * Returns a weight without marking it as used.
   *
   * @throws IOException if there is none of this name
   */
  Weight find(String name) throws IOException {
    Weight weight = byName.get(name);
    if (weight == null) {
      throw new IOException(
          Text.format("%s has no tensor '%s', which this kind of network needs", file, name));
    }
    return weight;
  }

  /**
   * Returns the size of a dimension of a weight.
   *
   * @throws IOException if the weight or the dimension is missing
   */
  long dim(String name, int index) throws IOException {
    Weight weight = find(name);
    if (weight.shape().size() <= index) {
      throw unexpected(name, weight, "at least " + (index + 1) + " dimensions");
    }
    return weight.shape().get(index);
  }

  /**
   * Returns a weight to use in a graph.
   *
   * @param dims the dimensions that it is used with; a weight with other dimensions of the same
   *     number of elements, such as a convolution of 1×1 in place of a linear layer, is accepted
   * @throws IOException if there is none of this name, or it has another number of elements
   */
  Weight use(String name, long... dims) throws IOException {
    Weight found = find(name);
    Weight weight = found.reshaped(dims);
    if (weight == null) {
      throw unexpected(name, found, "the shape " + java.util.Arrays.toString(dims));
    }
    unused.remove(name);
    return weight;
  }

  /** Counts 0, 1, 2 … as long as there is a weight of this name. */
  int count(String before, String after) {
    int count = 0;
    while (has(before + count + after)) {
      count++;
    }
    return count;
  }

  /**
   * Checks that a graph uses all weights: a weight that no layer reads belongs to a network of
   * another kind, whose result would be wrong.
   *
   * @param network what the graph is, for the error
   * @throws IOException if a weight was not used; names some of them
   */
  void requireAllUsed(String network) throws IOException {
    unused.removeIf(name -> name.endsWith("position_ids") || name.endsWith("logit_scale"));
    if (!unused.isEmpty()) {
      throw new IOException(
          Text.format(
              "%s: a %s of the Stable Diffusion 1.x and 2.x family has no use for %d of its tensors, such as %s: this is a network of another kind",
              file, network, unused.size(), unused.stream().limit(EXAMPLES).toList()));
    }
  }

  private IOException unexpected(String name, Weight weight, String expected) {
    return new IOException(
        Text.format(
            "%s: tensor '%s' must have %s, but has %s", file, name, expected, weight.shape()));
  }
}
