package org.diffsynth.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.math3.stat.correlation.Covariance;
import org.junit.jupiter.api.Test;

/** Golden numbers were computed with numpy 2.4 and scipy 1.17 (linalg.sqrtm) on the same data. */
class FeatureMetricsTest {

  private static final double[][] A = data(60, 12, 1);
  private static final double[][] B = scaled(data(80, 12, 2), 1.2, 0.05);
  private static final double[][] FEW_A = data(10, 24, 1);
  private static final double[][] FEW_B = data(14, 24, 3);

  private static int hash(long i, long j, long seed) {
    return (int) ((i * 7919 + j * 104729 + seed * 15485863 + i * j * 31) % 10007);
  }

  private static double[][] data(int n, int d, int seed) {
    double[][] data = new double[n][d];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < d; j++) {
        data[i][j] = hash(i, j, seed) / 10007.0 + 0.3 * Math.sin(0.1 * i * (j + 1) + seed);
      }
    }
    return data;
  }

  private static double[][] scaled(double[][] data, double factor, double shift) {
    return Arrays.stream(data)
        .map(row -> Arrays.stream(row).map(v -> v * factor + shift).toArray())
        .toArray(double[][]::new);
  }

  private static float[] floats(double[] values, double shift) {
    float[] result = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      result[i] = (float) (values[i] + shift);
    }
    return result;
  }

  @Test
  void frechetDistance_ofFeatures_equalsScipy() {
    assertThat(FrechetDistance.between(A, B)).isCloseTo(0.49485993411289564, within(1e-9));
    assertThat(FrechetDistance.between(B, A)).isCloseTo(0.49485993411289564, within(1e-9));
    // Fewer vectors than dimensions: here the precision of scipy's square root is only 1e-7.
    assertThat(FrechetDistance.between(FEW_A, FEW_B)).isCloseTo(2.2712319409858424, within(1e-6));
    assertThat(FrechetDistance.between(A, A)).isCloseTo(0, within(1e-9));
  }

  @Test
  void frechetDistance_ofGaussians_equalsTheClosedForm() {
    double[] meanA = {1, -2, 0.5};
    double[] meanB = {0, 1, 2};
    double[][] diagonalA = {{4, 0, 0}, {0, 0.25, 0}, {0, 0, 9}};
    double[][] diagonalB = {{1, 0, 0}, {0, 2.25, 0}, {0, 0, 0}};
    // The squared differences of the means and of the standard deviations, summed.
    double expected = 1 + 9 + 2.25 + (2 - 1) * (2 - 1) + (0.5 - 1.5) * (0.5 - 1.5) + 9;
    assertThat(FrechetDistance.between(meanA, diagonalA, meanB, diagonalB))
        .isCloseTo(expected, within(1e-9));
    // Two 2 × 2 covariances that do not commute: tr √(ΣaΣb) = √(tr ΣaΣb + 2 √det ΣaΣb).
    double[][] a = {{2, 1}, {1, 2}};
    double[][] b = {{3, -1}, {-1, 1}};
    double traceOfProduct = 2 * 3 - 1 + (-1 + 2);
    double root = Math.sqrt(traceOfProduct + 2 * Math.sqrt(3 * 2));
    assertThat(FrechetDistance.between(new double[2], a, new double[2], b))
        .isCloseTo(4 + 4 - 2 * root, within(1e-9));
  }

  @Test
  void frechetDistance_bothWays_isTheSame() {
    // As many vectors as dimensions: compares singular values with covariances.
    double[][] a = data(12, 12, 4);
    double[][] b = data(30, 12, 6);
    double direct = FrechetDistance.between(a, b);
    double[][] covarianceA = covariance(a);
    double[][] covarianceB = covariance(b);
    assertThat(
            FrechetDistance.between(
                FeatureVectors.mean(a), covarianceA, FeatureVectors.mean(b), covarianceB))
        .isCloseTo(direct, within(1e-6));
  }

  private static double[][] covariance(double[][] vectors) {
    return new Covariance(vectors).getCovarianceMatrix().getData();
  }

  @Test
  void kernelInceptionDistance_ofFeatures_equalsNumpy() {
    assertThat(KernelInceptionDistance.between(A, B)).isCloseTo(0.15495409138823124, within(1e-12));
    assertThat(KernelInceptionDistance.between(FEW_A, FEW_B))
        .as("an unbiased estimate may be negative")
        .isCloseTo(-0.001749847162216156, within(1e-12));
    KernelInceptionDistance.Estimate whole = KernelInceptionDistance.between(A, A, 1000, 3, 1);
    assertThat(whole.mean()).isCloseTo(KernelInceptionDistance.between(A, A), within(1e-12));
    assertThat(whole.standardDeviation()).isCloseTo(0, within(1e-7));
    KernelInceptionDistance.Estimate parts = KernelInceptionDistance.between(A, B, 30, 200, 1);
    assertThat(parts.mean()).isCloseTo(0.155, within(0.01));
    assertThat(parts.standardDeviation()).isBetween(0.005, 0.1);
    assertThat(parts).isEqualTo(KernelInceptionDistance.between(A, B, 30, 200, 1));
  }

  @Test
  void clipScores_ofVectors_equalNumpy() {
    List<float[]> frames = Arrays.stream(A).limit(5).map(row -> floats(row, -0.5)).toList();
    float[] text = floats(data(1, 12, 5)[0], 0);
    assertThat(ClipScore.textAlignment(frames, text)).isCloseTo(0.30246367296983234, within(1e-6));
    assertThat(ClipScore.frameConsistency(frames)).isCloseTo(0.40393473073464065, within(1e-6));
    assertThat(ClipScore.pairwiseConsistency(frames)).isCloseTo(0.03241825261686595, within(1e-6));
    assertThat(ClipScore.frameConsistency(List.of(text))).isNaN();
    assertThat(ClipScore.cosine(text, text)).isEqualTo(1);
  }

  @Test
  void aestheticHead_ofAVector_equalsNumpy() {
    int[] sizes = {768, 1024, 128, 64, 16, 1};
    List<float[]> weights = new ArrayList<>();
    List<float[]> biases = new ArrayList<>();
    for (int k = 1; k < sizes.length; k++) {
      int inputs = sizes[k - 1];
      float[] weight = new float[sizes[k] * inputs];
      float[] bias = new float[sizes[k]];
      for (int i = 0; i < sizes[k]; i++) {
        bias[i] = (float) ((i * 7919L + k * 104729L) % 10007 / 10007.0);
        for (int j = 0; j < inputs; j++) {
          weight[i * inputs + j] = (float) ((hash(i, j, k) / 10007.0 - 0.5) / Math.sqrt(inputs));
        }
      }
      weights.add(weight);
      biases.add(bias);
    }
    float[] vector = new float[768];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = (float) ((i * 7919L + 3) % 10007 / 10007.0 - 0.4);
    }
    AestheticHead head = new AestheticHead(weights, biases);
    assertThat(head.score(vector)).isCloseTo(0.3988728411444573, within(1e-5));
    float[] longer = vector.clone();
    for (int i = 0; i < longer.length; i++) {
      longer[i] *= 8;
    }
    assertThat(head.score(List.of(vector, longer))).isCloseTo(head.score(vector), within(1e-12));
    assertThatThrownBy(() -> head.score(new float[5])).hasMessageContaining("768");
    assertThatThrownBy(() -> head.score(new float[768])).hasMessageContaining("not zero");
    weights.set(2, new float[7]);
    assertThatThrownBy(() -> new AestheticHead(weights, biases))
        .hasMessageContaining("layer 2 must have a weight of 64x128");
  }

  @Test
  void wrongVectors_areNamed() {
    assertThatThrownBy(() -> FrechetDistance.between(new double[1][3], A))
        .hasMessageContaining("must have at least 2 vectors");
    assertThatThrownBy(() -> KernelInceptionDistance.between(A, FEW_A))
        .hasMessageContaining("12, but b[0] has 24");
    assertThatThrownBy(() -> FrechetDistance.between(new double[][] {{1}, {Double.NaN}}, A))
        .hasMessageContaining("a[1] has NaN");
    assertThatThrownBy(() -> ClipScore.cosine(new float[2], new float[2]))
        .hasMessageContaining("not zero");
    assertThatThrownBy(() -> ClipScore.cosine(new float[2], new float[3]))
        .hasMessageContaining("2 and 3");
    assertThatThrownBy(() -> ClipScore.textAlignment(List.of(), new float[2]))
        .hasMessageContaining("at least one frame");
  }
}
