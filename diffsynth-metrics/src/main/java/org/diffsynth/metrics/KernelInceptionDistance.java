package org.diffsynth.metrics;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * The kernel inception distance (KID) between two sets of feature vectors: the unbiased estimate of
 * the squared maximum mean discrepancy with the kernel k(x, y) = (x·y / d + 1)³.
 *
 * <p>Unlike {@link FrechetDistance} it expects the same value for few vectors as for many, so that
 * it suits short clips. Smaller is more alike; being unbiased it may fall a little below 0. Often
 * printed times 1000.
 *
 * @see <a href="https://arxiv.org/abs/1801.01401">Bińkowski et al. 2018, Demystifying MMD GANs,
 *     section 4</a>
 */
public final class KernelInceptionDistance {

  private KernelInceptionDistance() {}

  /**
   * A mean over subsets.
   *
   * @param mean the KID
   * @param standardDeviation over the subsets, with divisor n; 0 for one
   */
  public record Estimate(double mean, double standardDeviation) {}

  /**
   * The distance over all vectors.
   *
   * @param a shape {@code (vectors, dimensions)}, at least two finite vectors
   * @param b the same, of as many dimensions
   */
  public static double between(double[][] a, double[][] b) {
    int dimensions = FeatureVectors.check(a, b, 2);
    double cross = 0;
    for (double[] x : a) {
      for (double[] y : b) {
        cross += kernel(x, y, dimensions);
      }
    }
    return within(a, dimensions)
        + within(b, dimensions)
        - 2 * cross / ((double) a.length * b.length);
  }

  /**
   * The mean over random subsets of both sets, as is usual for many vectors.
   *
   * @param subsetSize vectors in a subset, drawn without repetition; at least 2; less if a set has
   *     less
   * @param subsets number of subsets, at least 1; 100 of 1000 vectors are usual
   * @param seed of the choice
   */
  public static Estimate between(
      double[][] a, double[][] b, int subsetSize, int subsets, long seed) {
    FeatureVectors.check(a, b, 2);
    if (subsetSize < 2 || subsets < 1) {
      throw new IllegalArgumentException(
          "subsetSize must be at least 2 and subsets at least 1, were %d and %d"
              .formatted(subsetSize, subsets));
    }
    int size = Math.min(subsetSize, Math.min(a.length, b.length));
    SplittableRandom random = new SplittableRandom(seed);
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < subsets; i++) {
      double value = between(chosen(a, size, random), chosen(b, size, random));
      sum += value;
      squares += value * value;
    }
    double mean = sum / subsets;
    return new Estimate(mean, Math.sqrt(Math.max(0, squares / subsets - mean * mean)));
  }

  private static double[][] chosen(double[][] vectors, int size, SplittableRandom random) {
    double[][] shuffled = vectors.clone();
    for (int i = 0; i < size; i++) {
      int other = i + random.nextInt(shuffled.length - i);
      double[] swap = shuffled[i];
      shuffled[i] = shuffled[other];
      shuffled[other] = swap;
    }
    return Arrays.copyOf(shuffled, size);
  }

  /** Mean kernel over pairs of different vectors. */
  private static double within(double[][] vectors, int dimensions) {
    double sum = 0;
    for (int i = 0; i < vectors.length; i++) {
      for (int j = 0; j < i; j++) {
        sum += kernel(vectors[i], vectors[j], dimensions);
      }
    }
    return 2 * sum / ((double) vectors.length * (vectors.length - 1));
  }

  private static double kernel(double[] x, double[] y, int dimensions) {
    double product = 0;
    for (int i = 0; i < dimensions; i++) {
      product += x[i] * y[i];
    }
    double base = product / dimensions + 1;
    return base * base * base;
  }
}
