package org.diffsynth.onnx.internal.checkpoint;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A weight in a file of the format safetensors.
 *
 * @param file the file, without symbolic links
 * @param type element type as the format names it, such as {@code F16}
 * @param shape dimensions
 * @param position position of the data in the file, in bytes
 * @param length length of the data, in bytes
 */
record Weight(Path file, String type, List<Long> shape, long position, long length) {

  /** Returns the number of elements. */
  long elements() {
    return shape.stream().reduce(1L, Math::multiplyExact);
  }

  /**
   * Returns this weight with other dimensions and the same elements in the same order.
   *
   * @return null if these dimensions have another number of elements
   */
  Weight reshaped(long... dims) {
    List<Long> other = Arrays.stream(dims).boxed().toList();
    Weight weight = new Weight(file, type, other, position, length);
    return weight.elements() == elements() ? weight : null;
  }

  /**
   * Returns one of several equal parts along the first dimension.
   *
   * @param part number of the part, from 0
   * @param parts number of parts, which divides the first dimension
   */
  Weight part(int part, int parts) {
    List<Long> dims = new ArrayList<>(shape);
    dims.set(0, shape.get(0) / parts);
    long size = length / parts;
    return new Weight(file, type, List.copyOf(dims), position + part * size, size);
  }
}
