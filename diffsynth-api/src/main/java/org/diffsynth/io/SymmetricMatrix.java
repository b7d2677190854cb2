package org.diffsynth.io;

import java.util.function.DoubleUnaryOperator;

/** A symmetric matrix of 3 rows and 3 columns. Immutable. */
final class SymmetricMatrix {

  private static final int N = 3;
  private static final int SWEEPS = 12;

  private final double[] values;

  private SymmetricMatrix(double[] values) {
    this.values = values;
  }

  /** Creates a matrix from its values, row by row. */
  static SymmetricMatrix of(double[] values) {
    return new SymmetricMatrix(values.clone());
  }

  /** Returns the values, row by row. */
  double[] toArray() {
    return values.clone();
  }

  /** Returns the product of this matrix and a column. */
  double[] times(double[] column) {
    double[] result = new double[N];
    for (int row = 0; row < N; row++) {
      for (int i = 0; i < N; i++) {
        result[row] += values[row * N + i] * column[i];
      }
    }
    return result;
  }

  /** Returns the product of this matrix, the one in the middle, and this matrix. */
  SymmetricMatrix around(SymmetricMatrix middle) {
    double[] product = product(product(values, middle.values), values);
    for (int row = 0; row < N; row++) {
      for (int column = 0; column < row; column++) {
        product[row * N + column] = product[column * N + row];
      }
    }
    return new SymmetricMatrix(product);
  }

  private static double[] product(double[] left, double[] right) {
    double[] result = new double[N * N];
    for (int row = 0; row < N; row++) {
      for (int column = 0; column < N; column++) {
        for (int i = 0; i < N; i++) {
          result[row * N + column] += left[row * N + i] * right[i * N + column];
        }
      }
    }
    return result;
  }

  /** Returns the matrix with the same eigenvectors whose eigenvalues are changed by a function. */
  SymmetricMatrix map(DoubleUnaryOperator change) {
    double[] a = values.clone();
    double[] vectors = {1, 0, 0, 0, 1, 0, 0, 0, 1};
    for (int sweep = 0; sweep < SWEEPS; sweep++) {
      rotate(a, vectors, 0, 1);
      rotate(a, vectors, 0, 2);
      rotate(a, vectors, 1, 2);
    }
    double[] result = new double[N * N];
    for (int k = 0; k < N; k++) {
      double value = change.applyAsDouble(a[k * N + k]);
      for (int row = 0; row < N; row++) {
        for (int column = 0; column < N; column++) {
          result[row * N + column] += value * vectors[row * N + k] * vectors[column * N + k];
        }
      }
    }
    return new SymmetricMatrix(result);
  }

  /** One Jacobi rotation, after which element (p, q) is zero. */
  private static void rotate(double[] a, double[] vectors, int p, int q) {
    double apq = a[p * N + q];
    if (apq == 0) {
      return;
    }
    double theta = (a[q * N + q] - a[p * N + p]) / (2 * apq);
    double t = Math.copySign(1, theta) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
    double c = 1 / Math.sqrt(t * t + 1);
    double s = t * c;
    for (int i = 0; i < N; i++) {
      double ip = a[i * N + p];
      double iq = a[i * N + q];
      a[i * N + p] = c * ip - s * iq;
      a[i * N + q] = s * ip + c * iq;
    }
    for (int i = 0; i < N; i++) {
      double pi = a[p * N + i];
      double qi = a[q * N + i];
      a[p * N + i] = c * pi - s * qi;
      a[q * N + i] = s * pi + c * qi;
      double vp = vectors[i * N + p];
      double vq = vectors[i * N + q];
      vectors[i * N + p] = c * vp - s * vq;
      vectors[i * N + q] = s * vp + c * vq;
    }
  }
}
