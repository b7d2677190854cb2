package org.diffsynth.metrics;

/** Checks of, and sums over, sets of feature vectors. */
final class FeatureVectors {

  private FeatureVectors() {}

  /** The number of dimensions of both sets. */
  static int check(double[][] a, double[][] b, int least) {
    if (a.length < least || b.length < least) {
      throw new IllegalArgumentException(
          "at least %d vectors are needed on both sides, got %d and %d"
              .formatted(least, a.length, b.length));
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
            "all vectors must have the length of the first, %d, but %s[%d] has %d"
                .formatted(dimensions, name, i, vectors[i].length));
      }
      for (double value : vectors[i]) {
        if (!Double.isFinite(value)) {
          throw new IllegalArgumentException(
              "features must be finite, %s[%d] has %s".formatted(name, i, value));
        }
      }
    }
  }

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
