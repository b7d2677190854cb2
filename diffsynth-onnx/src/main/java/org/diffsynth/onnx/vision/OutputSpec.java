package org.diffsynth.onnx.vision;

import java.util.List;
import java.util.Objects;
import org.diffsynth.internal.text.Text;
import org.diffsynth.io.Resampler;

/**
 * Describes how the output tensors of a vision model become a picture (postprocessing).
 *
 * <p>Each output tensor is a map of any size. Maps are resized to the size of the frame; if there
 * are several, they are averaged. The values pass through {@code activation}. Then {@code low}
 * becomes black, {@code high} becomes white, and values outside this range are clipped.
 *
 * @param tensors names of the output tensors that are read; if empty, {@code take} selects them
 * @param take which output tensors are read if {@code tensors} is empty
 * @param layout order of the dimensions of each output tensor
 * @param plane index, from 0, of the channel that is read from an output with several channels;
 *     ignored for normals and poses
 * @param activation function that is applied to the values
 * @param low value that becomes black; null selects the smallest value of the frame
 * @param high value that becomes white; null selects the largest value of the frame
 * @param invert whether black and white are exchanged at the end
 * @param distance for depth: whether the values are distances. The picture then shows 1 / value, so
 *     that near is bright
 * @param axes for normals: the channels that become red, green and blue, as {@code x}, {@code y}
 *     and {@code z} for the first, second and third channel; a minus sign inverts a channel
 * @param filter filter by which a map is resized to the size of the frame
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
    Resampler.Filter filter) {

  private static final List<String> AXES = List.of("x", "y", "z", "-x", "-y", "-z");

  /** Choice of the output tensors that are read if no names are given. */
  public enum Take {
    /** Reads the first output of the model. */
    FIRST,
    /** Reads the last output of the model. */
    LAST,
    /** Reads all outputs of the model and averages their maps. */
    ALL
  }

  /** Function that is applied to the values of a map. */
  public enum Activation {
    /** Leaves the values of the map unchanged. */
    NONE,
    /** The logistic function, 1 / (1 + exp(−x)). */
    SIGMOID
  }

  /**
   * Copies the lists and checks the ranges.
   *
   * @throws IllegalArgumentException if a value is out of range
   */
  public OutputSpec {
    tensors = List.copyOf(Objects.requireNonNull(tensors, "tensors"));
    Objects.requireNonNull(take, "take");
    Objects.requireNonNull(layout, "layout");
    Objects.requireNonNull(activation, "activation");
    Objects.requireNonNull(filter, "filter");
    axes = List.copyOf(Objects.requireNonNull(axes, "axes"));
    if (plane < 0) {
      throw new IllegalArgumentException("plane must be at least 0, but was " + plane);
    }
    if (low != null && high != null && !(high > low)) {
      throw new IllegalArgumentException(
          Text.format(
              "high must be above low, but they were %s and %s; use invert to exchange black and white",
              high, low));
    }
    if (axes.size() != 3 || !AXES.containsAll(axes)) {
      throw new IllegalArgumentException(
          Text.format("axes must be three of %s, but were %s", AXES, axes));
    }
  }
}
