package org.diffsynth.metrics;

import java.util.ArrayList;
import java.util.List;
import org.diffsynth.internal.text.Text;

/**
 * The aesthetic predictor of LAION: predicts how people would rate a picture, from the CLIP
 * ViT-L/14 vector of the picture.
 *
 * <p>The score is about 1 to 10 and has no unit; higher is better. The score of a video is the mean
 * over its frames, typically 5 to 6.5. The vector is scaled to length 1 and passes through the
 * linear layers 768 → 1024 → 128 → 64 → 16 → 1, without activation functions between them.
 * Immutable; threads may share it.
 *
 * @see <a href="https://github.com/christophschuhmann/improved-aesthetic-predictor">LAION, improved
 *     aesthetic predictor</a>
 */
public final class AestheticHead {

  private static final int[] SIZES = {768, 1024, 128, 64, 16, 1};

  private final List<Linear> layers = new ArrayList<>();

  private record Linear(float[] weight, float[] bias) {}

  /**
   * Creates a predictor with the given weights, which are copied.
   *
   * @param weights weights of each of the five layers, {@code (outputs, inputs)} row by row, as
   *     PyTorch stores them
   * @param biases biases of each layer, one value per output
   * @throws IllegalArgumentException if the number of layers or a shape is wrong; the message names
   *     the layer
   */
  public AestheticHead(List<float[]> weights, List<float[]> biases) {
    int count = SIZES.length - 1;
    if (weights.size() != count || biases.size() != count) {
      throw new IllegalArgumentException(
          Text.format(
              "the predictor must have %d layers, but got %d weights and %d biases",
              count, weights.size(), biases.size()));
    }
    for (int i = 0; i < count; i++) {
      int inputs = SIZES[i];
      int outputs = SIZES[i + 1];
      if (weights.get(i).length != inputs * outputs || biases.get(i).length != outputs) {
        throw new IllegalArgumentException(
            Text.format(
                "layer %d must have a weight of %dx%d and %d biases, but had %d numbers and %d biases",
                i, outputs, inputs, outputs, weights.get(i).length, biases.get(i).length));
      }
      layers.add(new Linear(weights.get(i).clone(), biases.get(i).clone()));
    }
  }

  /**
   * Predicts the aesthetic score of one picture.
   *
   * @param vector 768 finite numbers that are not all zero; the length of the vector is irrelevant
   * @return the score, about 1 to 10; higher is better
   */
  public double score(float[] vector) {
    if (vector.length != SIZES[0]) {
      throw new IllegalArgumentException(
          Text.format("vector must have %d numbers, but had %d", SIZES[0], vector.length));
    }
    double squares = 0;
    for (float value : vector) {
      squares += (double) value * value;
    }
    if (!(squares > 0 && squares < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "vector must be finite and not zero, but its squared length was " + squares);
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

  /**
   * Returns the mean aesthetic score of several frames.
   *
   * @param vectors one CLIP vector per frame; at least one
   * @return the score, about 1 to 10; higher is better
   */
  public double score(List<float[]> vectors) {
    return vectors.stream()
        .mapToDouble(this::score)
        .average()
        .orElseThrow(
            () ->
                new IllegalArgumentException("vectors must have at least one frame, but had none"));
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
