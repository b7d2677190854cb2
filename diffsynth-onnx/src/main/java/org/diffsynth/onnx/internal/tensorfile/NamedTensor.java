package org.diffsynth.onnx.internal.tensorfile;

import java.util.List;

/**
 * A tensor of floats with its name.
 *
 * @param name name in the file; empty for a NumPy array
 * @param shape dimensions
 * @param data values in row-major order
 */
public record NamedTensor(String name, List<Long> shape, float[] data) {

  /** Creates a tensor with an immutable copy of the shape. The array of values is not copied. */
  public NamedTensor {
    shape = List.copyOf(shape);
  }

  /** Returns name and dimensions, such as {@code weight[16, 64]}. */
  @Override
  public String toString() {
    return name + shape;
  }
}
