package org.diffsynth.metrics;

import org.apache.commons.math3.linear.EigenDecomposition;
import org.apache.commons.math3.linear.MatrixUtils;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.linear.SingularValueDecomposition;
import org.diffsynth.internal.text.Text;

/**
 * The Fréchet distance between two sets of feature vectors. With the 2048 features of the last
 * pooling layer of Inception-v3, this is the Fréchet inception distance (FID).
 *
 * <p>The value is 0 for equal sets and has no upper limit and no unit; lower is better. The
 * estimate is too large for few vectors: sets must be much larger than the number of dimensions
 * before the value can be compared with published values. For smaller sets, use {@link
 * KernelInceptionDistance}.
 *
 * <p>Each set is modelled as a Gaussian. The distance is d² = |m − m_w|² + tr(C + C_w − 2
 * (C·C_w)^½) (equation 6 of the paper), with covariances that are divided by n − 1, in double
 * precision.
 *
 * <table>
 *   <caption>Notation of Heusel et al. 2017</caption>
 *   <tr><th>paper<th>code
 *   <tr><td>m, m_w: means of the two sets<td>{@code meanA}, {@code meanB}
 *   <tr><td>C, C_w: covariances of the two sets<td>{@code covarianceA}, {@code covarianceB}
 *   <tr><td>tr((C·C_w)^½)<td>{@code rootTrace}
 * </table>
 *
 * <p>The trace of the square root is computed without the square root of a non-symmetric matrix: it
 * is the sum of the square roots of the eigenvalues of the symmetric matrix S·C_w·S with S = C^½.
 * Small negative eigenvalues are rounding errors and count as 0. If a set has no more vectors than
 * dimensions, the covariances are singular, and the trace is instead the sum of the singular values
 * of A·Bᵀ, where the rows of A and B are the centred vectors divided by √(n − 1). Both formulas
 * give the same number.
 *
 * <p>Cost: O(d³) for d dimensions; several minutes for 2048 dimensions.
 *
 * @see <a href="https://arxiv.org/abs/1706.08500">Heusel et al. 2017, GANs trained by a two
 *     time-scale update rule converge to a local Nash equilibrium, equation 6</a>
 */
public final class FrechetDistance {

  private FrechetDistance() {}

  /**
   * Returns the Fréchet distance between two sets of feature vectors.
   *
   * @param a {@code (vectors, dimensions)}: at least two finite vectors
   * @param b at least two finite vectors with the same number of dimensions
   * @return the distance, at least 0; lower is better
   */
  public static double between(double[][] a, double[][] b) {
    int dimensions = FeatureVectors.check(a, b, 2);
    double[] meanA = FeatureVectors.mean(a);
    double[] meanB = FeatureVectors.mean(b);
    RealMatrix centredA = centred(a, meanA);
    RealMatrix centredB = centred(b, meanB);
    if (Math.min(a.length, b.length) <= dimensions) {
      double rootTrace = 0;
      RealMatrix cross = centredA.multiply(centredB.transpose());
      for (double value : new SingularValueDecomposition(cross).getSingularValues()) {
        rootTrace += value;
      }
      double traces = squares(centredA) + squares(centredB);
      return Math.max(0, squaredDistance(meanA, meanB) + traces - 2 * rootTrace);
    }
    return between(
        meanA,
        centredA.transpose().multiply(centredA).getData(),
        meanB,
        centredB.transpose().multiply(centredB).getData());
  }

  /**
   * Returns the Fréchet distance between two Gaussians.
   *
   * @param meanA mean of the first Gaussian, d numbers
   * @param covarianceA covariance of the first Gaussian, d × d, symmetric
   * @param meanB mean of the second Gaussian, d numbers
   * @param covarianceB covariance of the second Gaussian, d × d, symmetric
   * @return the distance, at least 0; lower is better
   */
  public static double between(
      double[] meanA, double[][] covarianceA, double[] meanB, double[][] covarianceB) {
    int d = meanA.length;
    if (meanB.length != d || covarianceA.length != d || covarianceB.length != d) {
      throw new IllegalArgumentException(
          Text.format(
              "means and covariances must have the same size, but had %d, %d, %d and %d",
              d, meanB.length, covarianceA.length, covarianceB.length));
    }
    RealMatrix first = symmetric(MatrixUtils.createRealMatrix(covarianceA));
    RealMatrix second = symmetric(MatrixUtils.createRealMatrix(covarianceB));
    RealMatrix root = root(first);
    double rootTrace = 0;
    RealMatrix product = symmetric(root.multiply(second).multiply(root));
    for (double eigenvalue : new EigenDecomposition(product).getRealEigenvalues()) {
      rootTrace += Math.sqrt(Math.max(0, eigenvalue));
    }
    double distance =
        squaredDistance(meanA, meanB) + first.getTrace() + second.getTrace() - 2 * rootTrace;
    return Math.max(0, distance);
  }

  /** The symmetric square root of a covariance. */
  private static RealMatrix root(RealMatrix covariance) {
    EigenDecomposition eigen = new EigenDecomposition(covariance);
    RealMatrix scaled = eigen.getV();
    for (int j = 0; j < scaled.getColumnDimension(); j++) {
      double fourthRoot = Math.sqrt(Math.sqrt(Math.max(0, eigen.getRealEigenvalue(j))));
      for (int i = 0; i < scaled.getRowDimension(); i++) {
        scaled.multiplyEntry(i, j, fourthRoot);
      }
    }
    return scaled.multiply(scaled.transpose());
  }

  /**
   * Makes a matrix exactly symmetric. Rounding can make it slightly non-symmetric, and then the
   * eigenvalues would be computed by a slower method for general matrices.
   */
  private static RealMatrix symmetric(RealMatrix matrix) {
    return matrix.add(matrix.transpose()).scalarMultiply(0.5);
  }

  private static RealMatrix centred(double[][] vectors, double[] mean) {
    double scale = 1 / Math.sqrt(vectors.length - 1.0);
    RealMatrix centred = MatrixUtils.createRealMatrix(vectors.length, mean.length);
    for (int i = 0; i < vectors.length; i++) {
      for (int j = 0; j < mean.length; j++) {
        centred.setEntry(i, j, (vectors[i][j] - mean[j]) * scale);
      }
    }
    return centred;
  }

  private static double squares(RealMatrix matrix) {
    double norm = matrix.getFrobeniusNorm();
    return norm * norm;
  }

  private static double squaredDistance(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (a[i] - b[i]) * (a[i] - b[i]);
    }
    return sum;
  }
}
