package org.diffsynth.pose;

import org.apache.commons.math3.linear.MatrixUtils;
import org.apache.commons.math3.linear.QRDecomposition;
import org.apache.commons.math3.linear.RealMatrix;
import org.diffsynth.internal.text.Text;

/**
 * Savitzky-Golay filter: smooths a signal by fitting a polynomial to the neighbours of each sample
 * by least squares. The filter removes noise, keeps the height of peaks and adds no delay.
 *
 * <table>
 *   <caption>Notation of Savitzky and Golay 1964, in matrix form</caption>
 *   <tr><th>formula<th>code
 *   <tr><td>2m + 1, number of samples in a fit<td>{@code window}
 *   <tr><td>n, degree of the polynomial<td>{@code order}
 *   <tr><td>V, rows are the powers 0 to n of a position in the window<td>{@code vandermonde}
 *   <tr><td>H = V(VᵀV)⁻¹Vᵀ, fitted values are H·y<td>{@code fitMatrix}
 * </table>
 *
 * <p>The Vandermonde matrix is decomposed as V = Q·R, so that H = Q·Qᵀ, which avoids the
 * ill-conditioned inverse. The middle row of H smooths the interior of the signal.
 *
 * <p><em>Ends:</em> the first and the last {@code window / 2} samples get the values of the
 * polynomials that are fitted to the first and to the last whole window, as {@code
 * scipy.signal.savgol_filter(mode="interp")} does. <em>Gaps:</em> NaN marks a missing sample. Each
 * uninterrupted run of samples is smoothed separately, and a missing sample stays missing. A run
 * that is shorter than the window is smoothed with the largest odd window that fits, and is not
 * changed if that window does not exceed the order.
 *
 * <p>Polynomials whose degree is at most {@code order} do not change. White noise keeps the share
 * {@code H[m][m]} of its variance: 0.33 for a window of 7 and order 2, 0.21 for a window of 11 and
 * order 2. Immutable; threads may share it.
 *
 * @param window number of samples in a fit; odd, 3 to 501, default 11. A larger window is smoother,
 *     and flattens fast motion
 * @param order degree of the polynomial; 0 to 9 and below {@code window}, default 3. A larger order
 *     follows fast motion better and keeps more noise
 * @see <a href="https://doi.org/10.1021/ac60214a047">Savitzky and Golay 1964, Smoothing and
 *     differentiation of data by simplified least squares procedures</a>
 */
public record SavitzkyGolay(int window, int order) {

  /** A window of 11 samples and a polynomial of degree 3. */
  public static final SavitzkyGolay DEFAULT = new SavitzkyGolay(11, 3);

  private static final int MAX_WINDOW = 501;
  private static final int MAX_ORDER = 9;

  /**
   * Creates a {@code SavitzkyGolay} from its components.
   *
   * @throws IllegalArgumentException if the window or the order is out of range
   */
  public SavitzkyGolay {
    if (window < 3 || window > MAX_WINDOW || window % 2 == 0) {
      throw new IllegalArgumentException(
          Text.format("window must be odd and between 3 and %d, but was %d", MAX_WINDOW, window));
    }
    if (order < 0 || order >= window || order > MAX_ORDER) {
      throw new IllegalArgumentException(
          Text.format(
              "order must be between 0 and %d and below the window of %d, but was %d",
              MAX_ORDER, window, order));
    }
  }

  /**
   * Smooths a signal with this filter.
   *
   * @param signal samples at equal distances; NaN marks a missing sample. The array is not changed
   * @return a new array of the same length, with NaN at the same indices
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
              Text.format("samples must be finite or NaN, but sample %d was %s", end, signal[end]));
        }
        end++;
      }
      int length = end - start;
      if (length >= window) {
        whole = whole == null ? fitMatrix(window, order) : whole;
        smoothRun(signal, start, end, whole, result);
      } else {
        int shorter = length % 2 == 0 ? length - 1 : length;
        if (shorter > order && shorter >= 3) {
          smoothRun(signal, start, end, fitMatrix(shorter, order), result);
        }
      }
      start = end + 1;
    }
    return result;
  }

  /**
   * Computes the matrix H of one window.
   *
   * @return {@code (window, window)}: row i holds the weights of the samples of the window in the
   *     fitted value at position i
   */
  private static double[][] fitMatrix(int window, int order) {
    int middle = window / 2;
    RealMatrix vandermonde = MatrixUtils.createRealMatrix(window, order + 1);
    for (int i = 0; i < window; i++) {
      // Positions in [-1, 1] keep all powers at a similar magnitude.
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
