package org.diffsynth.metrics;

import org.apache.commons.math3.linear.EigenDecomposition;
import org.apache.commons.math3.linear.MatrixUtils;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.linear.SingularValueDecomposition;

/**
 * The Fréchet distance between two sets of feature vectors, each taken as a Gaussian: with the
 * features of Inception-v3's last pooling layer (2048 numbers) it is the FID.
 *
 * <p>|μ₁ − μ₂|² + tr(Σ₁ + Σ₂ − 2 (Σ₁Σ₂)^½), the covariances with divisor n − 1, all in double
 * precision. The trace of the square root is the sum of the square roots of the eigenvalues of the
 * symmetric S Σ₂ S, S = Σ₁^½; small negative eigenvalues, which are rounding, count as 0. Where
 * either set has fewer vectors than dimensions, it is the sum of the singular values of A·Bᵀ, A and
 * B being the centred vectors over √(n − 1): the same number, exact even though the covariances are
 * singular.
 *
 * <p>Smaller is more alike, 0 is the same. The estimate is too large for few vectors: many more
 * than dimensions are needed to compare it with other people's numbers, and below that {@link
 * KernelInceptionDistance} is the better measure. Cost O(d³): minutes for 2048 dimensions.
 *
 * @see <a href="https://arxiv.org/abs/1706.08500">Heusel et al. 2017, GANs trained by a two
 *     time-scale update rule, equation 6</a>
 */
public final class FrechetDistance {

  private FrechetDistance() {}

  /**
   * The distance between two sets of vectors.
   *
   * @param a shape {@code (vectors, dimensions)}, at least two finite vectors
   * @param b the same, of as many dimensions
   */
  public static double between(double[][] a, double[][] b) {
    int dimensions = FeatureVectors.check(a, b, 2);
    double[] meanA = FeatureVectors.mean(a);
    double[] meanB = FeatureVectors.mean(b);
    RealMatrix centredA = centred(a, meanA);
    RealMatrix centredB = centred(b, meanB);
    if (Math.min(a.length, b.length) <= dimensions) {
      double root = 0;
      RealMatrix cross = centredA.multiply(centredB.transpose());
      for (double value : new SingularValueDecomposition(cross).getSingularValues()) {
        root += value;
      }
      double traces = squares(centredA) + squares(centredB);
      return Math.max(0, squaredDistance(meanA, meanB) + traces - 2 * root);
    }
    return between(
        meanA,
        centredA.transpose().multiply(centredA).getData(),
        meanB,
        centredB.transpose().multiply(centredB).getData());
  }

  /**
   * The distance between two Gaussians.
   *
   * @param meanA mean of the first, of d numbers
   * @param covarianceA its covariance, d × d, symmetric
   * @param meanB mean of the second
   * @param covarianceB its covariance
   */
  public static double between(
      double[] meanA, double[][] covarianceA, double[] meanB, double[][] covarianceB) {
    int d = meanA.length;
    if (meanB.length != d || covarianceA.length != d || covarianceB.length != d) {
      throw new IllegalArgumentException(
          "means and covariances must be of one size, were %d, %d, %d, %d"
              .formatted(d, meanB.length, covarianceA.length, covarianceB.length));
    }
    RealMatrix first = symmetric(MatrixUtils.createRealMatrix(covarianceA));
    RealMatrix second = symmetric(MatrixUtils.createRealMatrix(covarianceB));
    RealMatrix root = root(first);
    double sum = 0;
    RealMatrix product = symmetric(root.multiply(second).multiply(root));
    for (double eigenvalue : new EigenDecomposition(product).getRealEigenvalues()) {
      sum += Math.sqrt(Math.max(0, eigenvalue));
    }
    double distance =
        squaredDistance(meanA, meanB) + first.getTrace() + second.getTrace() - 2 * sum;
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
   * Without what rounding has made unsymmetric, for which another, slower method would be taken.
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
