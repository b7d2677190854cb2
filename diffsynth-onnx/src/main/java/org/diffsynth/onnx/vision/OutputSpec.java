package org.diffsynth.onnx.vision;

import java.util.List;
import java.util.Objects;

/**
 * How the output tensors of a model become a picture.
 *
 * <p>Each tensor is a map, smaller than the frame or not; maps are brought to the frame's size,
 * averaged if there are several, and go through {@code activation}. Then {@code low} becomes black
 * and {@code high} white, values beyond are cut off.
 *
 * @param tensors names of the outputs that are read; empty for those that {@code take} says
 * @param take which outputs are read where none is named
 * @param layout order of the dimensions of each output
 * @param plane which channel of an output with several is read, from 0; not for normals and poses
 * @param activation what the values go through
 * @param low value that becomes black; null for the smallest of the frame
 * @param high value that becomes white; null for the largest of the frame
 * @param invert whether black and white are exchanged at the end
 * @param distance for depth: values are distances, and 1 / value is used, so that near is bright
 * @param axes for normals: which channel becomes red, green and blue: {@code x}, {@code y}, {@code
 *     z} for the first, second and third, with a minus to turn it round
 * @param filter how a map is brought to the frame's size
 */
public record OutputSpec(
    List<String> tensors,
    Take take,
    InputSpec.Layout layout,
    int plane,
    Activation activation,
    Double low,
    Double high,
    boolean invert,
    boolean distance,
    List<String> axes,
    InputSpec.Filter filter) {

  private static final List<String> AXES = List.of("x", "y", "z", "-x", "-y", "-z");

  /** Which outputs are read. */
  public enum Take {
    /** The first. */
    FIRST,
    /** The last. */
    LAST,
    /** All; they are averaged. */
    ALL
  }

  /** What values go through. */
  public enum Activation {
    /** Nothing. */
    NONE,
    /** 1 / (1 + exp(−x)). */
    SIGMOID
  }

  /** Checks the ranges. */
  public OutputSpec {
    tensors = List.copyOf(Objects.requireNonNull(tensors, "tensors"));
    Objects.requireNonNull(take, "take");
    Objects.requireNonNull(layout, "layout");
    Objects.requireNonNull(activation, "activation");
    Objects.requireNonNull(filter, "filter");
    axes = List.copyOf(Objects.requireNonNull(axes, "axes"));
    if (plane < 0) {
      throw new IllegalArgumentException("plane must be at least 0, was " + plane);
    }
    if (low != null && high != null && !(high > low)) {
      throw new IllegalArgumentException(
          "high must be above low, were %s and %s; use invert to exchange black and white"
              .formatted(high, low));
    }
    if (axes.size() != 3 || !AXES.containsAll(axes)) {
      throw new IllegalArgumentException("axes must be three of %s, was %s".formatted(AXES, axes));
    }
  }
}
