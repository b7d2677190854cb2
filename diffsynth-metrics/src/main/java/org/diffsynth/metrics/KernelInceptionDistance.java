package org.diffsynth.metrics;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.diffsynth.internal.text.Text;

/**
 * The kernel inception distance (KID) between two sets of feature vectors: the unbiased estimate of
 * the squared maximum mean discrepancy with the kernel k(x, y) = (xᵀy / d + 1)³.
 *
 * <p>The value has no unit; lower is better. It is about 0 for sets of the same distribution, and
 * may be slightly negative because the estimate is unbiased. Papers often print it multiplied by
 * 1000. The expected value does not depend on the number of vectors, unlike that of {@link
 * FrechetDistance}, so it suits short clips.
 *
 * <table>
 *   <caption>Notation of Bińkowski et al. 2018</caption>
 *   <tr><th>paper<th>code
 *   <tr><td>X, Y: the two sets of features<td>{@code a}, {@code b}
 *   <tr><td>m, n: numbers of vectors<td>{@code a.length}, {@code b.length}
 *   <tr><td>d: dimension of the features<td>{@code dimensions}
 *   <tr><td>k(x, y)<td>{@code kernel}
 *   <tr><td>1/(m(m−1)) Σ_{i≠j} k(xᵢ, xⱼ)<td>{@code within}
 * </table>
 *
 * @see <a href="https://arxiv.org/abs/1801.01401">Bińkowski et al. 2018, Demystifying MMD GANs,
 *     section 4</a>
 */
public final class KernelInceptionDistance {

  private KernelInceptionDistance() {}

  /**
   * Mean and spread of the KID over random subsets of the vectors.
   *
   * @param mean mean of the KID over the subsets; lower is better
   * @param standardDeviation standard deviation of the KID over the subsets, with the number of
   *     subsets as divisor; 0 for one subset
   */
  public record Estimate(double mean, double standardDeviation) {}

  /**
   * Returns the KID of all vectors of two sets.
   *
   * @param a {@code (vectors, dimensions)}: at least two finite vectors
   * @param b at least two finite vectors with the same number of dimensions
   * @return the distance; lower is better; may be slightly negative
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
   * Returns the mean KID of random subsets of two sets, which is the usual form for many vectors.
   *
   * @param a {@code (vectors, dimensions)}: at least two finite vectors
   * @param b at least two finite vectors with the same number of dimensions
   * @param subsetSize number of vectors in a subset, drawn without repetition; at least 2. A set
   *     with fewer vectors limits the size. 1000 is usual
   * @param subsets number of subsets, at least 1. 100 is usual
   * @param seed seed of the random choice
   */
  public static Estimate between(
      double[][] a, double[][] b, int subsetSize, int subsets, long seed) {
    FeatureVectors.check(a, b, 2);
    if (subsetSize < 2 || subsets < 1) {
      throw new IllegalArgumentException(
          Text.format(
              "subsetSize must be at least 2 and subsets at least 1, but were %d and %d",
              subsetSize, subsets));
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

  /** Mean kernel over all pairs of two different vectors of one set. */
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
