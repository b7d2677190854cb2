package org.diffsynth.metrics;

import java.util.ArrayList;
import java.util.List;

/**
 * The head of LAION's aesthetic predictor: the score of a picture, about 1 to 10, from its CLIP
 * ViT-L/14 vector.
 *
 * <p>The vector is scaled to length 1 and goes through linear layers 768 → 1024 → 128 → 64 → 16 → 1
 * with nothing between them. The score of a video is the mean over its frames, typically 5 to 6.5.
 * Immutable; threads may share it.
 *
 * @see <a href="https://github.com/christophschuhmann/improved-aesthetic-predictor">LAION's
 *     improved aesthetic predictor</a>
 */
public final class AestheticHead {

  private static final int[] SIZES = {768, 1024, 128, 64, 16, 1};

  private final List<Linear> layers = new ArrayList<>();

  private record Linear(float[] weight, float[] bias) {}

  /**
   * A head with these weights, which are copied.
   *
   * @param weights for each of the five layers, shape {@code (outputs, inputs)} row by row, as
   *     PyTorch keeps them
   * @param biases for each layer, one for each output
   * @throws IllegalArgumentException if a shape is another, naming the layer
   */
  public AestheticHead(List<float[]> weights, List<float[]> biases) {
    int count = SIZES.length - 1;
    if (weights.size() != count || biases.size() != count) {
      throw new IllegalArgumentException(
          "the head has %d layers, got %d weights and %d biases"
              .formatted(count, weights.size(), biases.size()));
    }
    for (int i = 0; i < count; i++) {
      int inputs = SIZES[i];
      int outputs = SIZES[i + 1];
      if (weights.get(i).length != inputs * outputs || biases.get(i).length != outputs) {
        throw new IllegalArgumentException(
            "layer %d must have a weight of %dx%d and %d biases, got %d numbers and %d"
                .formatted(
                    i, outputs, inputs, outputs, weights.get(i).length, biases.get(i).length));
      }
      layers.add(new Linear(weights.get(i).clone(), biases.get(i).clone()));
    }
  }

  /**
   * The score of one picture.
   *
   * @param vector 768 numbers of any length, finite and not all zero
   */
  public double score(float[] vector) {
    if (vector.length != SIZES[0]) {
      throw new IllegalArgumentException(
          "vector must have %d numbers, got %d".formatted(SIZES[0], vector.length));
    }
    double squares = 0;
    for (float value : vector) {
      squares += (double) value * value;
    }
    if (!(squares > 0 && squares < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("vector must be finite and not zero");
    }
    double[] values = new double[vector.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = vector[i] / Math.sqrt(squares);
    }
    for (Linear layer : layers) {
      values = apply(layer, values);
    }
    return values[0];
  }

  /** The mean score over frames, at least one. */
  public double score(List<float[]> vectors) {
    return vectors.stream()
        .mapToDouble(this::score)
        .average()
        .orElseThrow(() -> new IllegalArgumentException("at least one frame is needed, got none"));
  }

  private static double[] apply(Linear layer, double[] values) {
    double[] result = new double[layer.bias.length];
    for (int i = 0; i < result.length; i++) {
      double sum = layer.bias[i];
      for (int j = 0; j < values.length; j++) {
        sum += layer.weight[i * values.length + j] * values[j];
      }
      result[i] = sum;
    }
    return result;
  }
}
