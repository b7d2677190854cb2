package org.diffsynth.metrics;

import org.diffsynth.internal.text.Text;

/** Checks and mean of sets of feature vectors. */
final class FeatureVectors {

  private FeatureVectors() {}

  /**
   * Checks two sets of feature vectors.
   *
   * @param least minimum number of vectors in each set
   * @return the number of dimensions of both sets
   * @throws IllegalArgumentException if a set has too few vectors, if the lengths differ, or if a
   *     feature is not finite
   */
  static int check(double[][] a, double[][] b, int least) {
    if (a.length < least || b.length < least) {
      throw new IllegalArgumentException(
          Text.format(
              "a and b must have at least %d vectors, but had %d and %d",
              least, a.length, b.length));
    }
    int dimensions = a[0].length;
    checkEach("a", a, dimensions);
    checkEach("b", b, dimensions);
    return dimensions;
  }

  private static void checkEach(String name, double[][] vectors, int dimensions) {
    for (int i = 0; i < vectors.length; i++) {
      if (vectors[i].length != dimensions || dimensions == 0) {
        throw new IllegalArgumentException(
            Text.format(
                "all vectors must have the length of the first, %d, but %s[%d] has %d",
                dimensions, name, i, vectors[i].length));
      }
      for (double value : vectors[i]) {
        if (!Double.isFinite(value)) {
          throw new IllegalArgumentException(
              Text.format("features must be finite, but %s[%d] has %s", name, i, value));
        }
      }
    }
  }

  /** Returns the mean of feature vectors, element by element. */
  static double[] mean(double[][] vectors) {
    double[] mean = new double[vectors[0].length];
    for (double[] vector : vectors) {
      for (int j = 0; j < mean.length; j++) {
        mean[j] += vector[j] / vectors.length;
      }
    }
    return mean;
  }
}
