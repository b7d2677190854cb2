package org.diffsynth.pose;

import org.apache.commons.math3.linear.MatrixUtils;
import org.apache.commons.math3.linear.QRDecomposition;
import org.apache.commons.math3.linear.RealMatrix;

/**
 * A smoothing filter that fits a polynomial to the neighbours of each sample by least squares and
 * takes its value there: noise goes, peaks keep their height and nothing lags.
 *
 * <p>With the window's positions as the rows of the Vandermonde matrix V, the fitted values are H·y
 * with H = V(VᵀV)⁻¹Vᵀ, and H = Q·Qᵀ for the first {@code order + 1} columns Q of its QR
 * decomposition. The middle row of H smooths the interior. <em>Ends:</em> the first and last {@code
 * window / 2} samples take the values of the polynomial fitted to the first and last whole window,
 * as {@code scipy.signal.savgol_filter(mode="interp")} does. <em>Gaps:</em> NaN means missing; each
 * unbroken run is smoothed by itself, so that nothing crosses a gap and a missing sample stays
 * missing. A run shorter than the window is smoothed with the largest odd window that fits, and
 * left as it is where that does not exceed the order.
 *
 * <p>Polynomials of a degree up to the order pass unchanged. White noise keeps the share {@code
 * H[m][m]} of its variance: 0.33 for a window of 7 and order 2, 0.21 for 11.
 *
 * @param window number of samples in a fit; odd, 3 to 501
 * @param order degree of the polynomial; 0 or more, below {@code window}, at most 9
 * @see <a href="https://doi.org/10.1021/ac60214a047">Savitzky and Golay 1964, Smoothing and
 *     differentiation of data by simplified least squares procedures</a>
 */
public record SavitzkyGolay(int window, int order) {

  /** A window of 11 samples and order 3. */
  public static final SavitzkyGolay DEFAULT = new SavitzkyGolay(11, 3);

  private static final int MAX_WINDOW = 501;
  private static final int MAX_ORDER = 9;

  /** Checks the ranges. */
  public SavitzkyGolay {
    if (window < 3 || window > MAX_WINDOW || window % 2 == 0) {
      throw new IllegalArgumentException(
          "window must be odd and in [3, %d], was %d".formatted(MAX_WINDOW, window));
    }
    if (order < 0 || order >= window || order > MAX_ORDER) {
      throw new IllegalArgumentException(
          "order must be in [0, %d] and below the window of %d, was %d"
              .formatted(MAX_ORDER, window, order));
    }
  }

  /**
   * The smoothed signal.
   *
   * @param signal samples at equal distances; NaN where one is missing. Not changed
   * @return as many samples, NaN at the same places
   * @throws IllegalArgumentException if a sample is infinite
   */
  public double[] smooth(double[] signal) {
    double[] result = signal.clone();
    double[][] whole = null;
    int start = 0;
    while (start < signal.length) {
      int end = start;
      while (end < signal.length && !Double.isNaN(signal[end])) {
        if (Double.isInfinite(signal[end])) {
          throw new IllegalArgumentException(
              "samples must be finite, sample %d is not".formatted(end));
        }
        end++;
      }
      int length = end - start;
      if (length >= window) {
        whole = whole == null ? fit(window, order) : whole;
        smoothRun(signal, start, end, whole, result);
      } else {
        int shorter = length % 2 == 0 ? length - 1 : length;
        if (shorter > order && shorter >= 3) {
          smoothRun(signal, start, end, fit(shorter, order), result);
        }
      }
      start = end + 1;
    }
    return result;
  }

  /** The matrix H: row i makes the fitted value at position i of a window from its samples. */
  private static double[][] fit(int window, int order) {
    int middle = window / 2;
    RealMatrix vandermonde = MatrixUtils.createRealMatrix(window, order + 1);
    for (int i = 0; i < window; i++) {
      // Positions in [-1, 1] keep the powers of one size.
      double position = (double) (i - middle) / middle;
      double power = 1;
      for (int j = 0; j <= order; j++, power *= position) {
        vandermonde.setEntry(i, j, power);
      }
    }
    RealMatrix q = new QRDecomposition(vandermonde).getQ().getSubMatrix(0, window - 1, 0, order);
    return q.multiply(q.transpose()).getData();
  }

  private static void smoothRun(double[] signal, int start, int end, double[][] fit, double[] to) {
    int window = fit.length;
    for (int i = start; i < end; i++) {
      int first = Math.min(Math.max(i - window / 2, start), end - window);
      double[] weights = fit[i - first];
      double sum = 0;
      for (int j = 0; j < window; j++) {
        sum += weights[j] * signal[first + j];
      }
      to[i] = sum;
    }
  }
}
