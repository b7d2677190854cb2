package org.diffsynth.onnx.internal.graph;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * What is to be added to weights when a model is opened; the model's files stay as they are.
 *
 * @param byTensor changes of each initializer
 */
public record WeightDeltas(Map<String, List<Change>> byTensor) {
  /** No change. */
  public static final WeightDeltas NONE = new WeightDeltas(Map.of());

  /** Copies the map. */
  public WeightDeltas {
    byTensor = Map.copyOf(byTensor);
  }

  /** One change of one weight. */
  @FunctionalInterface
  public interface Change {
    /** Adds itself to all values of the initializer, in its order. */
    void addTo(float[] values) throws IOException;
  }
}
