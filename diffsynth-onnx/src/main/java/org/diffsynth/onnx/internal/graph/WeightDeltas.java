package org.diffsynth.onnx.internal.graph;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * Changes of a model's weights, such as those of a LoRA, that are added when its session is opened.
 * The model's files are never written.
 *
 * @param byTensor deltas of each changed initializer, by the initializer's name; they are added in
 *     list order
 */
public record WeightDeltas(Map<String, List<Delta>> byTensor) {
  /** Deltas that change no weight. */
  public static final WeightDeltas NONE = new WeightDeltas(Map.of());

  /** Creates a {@code WeightDeltas} with immutable copies of the given collections. */
  public WeightDeltas {
    byTensor = Map.copyOf(byTensor);
  }

  /** One delta of one weight. */
  @FunctionalInterface
  public interface Delta {
    /**
     * Adds this delta to a weight.
     *
     * @param values all values of the initializer, in row-major order
     * @throws IOException if the delta cannot be read from its file
     */
    void addTo(float[] values) throws IOException;
  }
}
