package org.diffsynth.patchmatch.agreement;

import java.util.List;
import org.diffsynth.patchmatch.engine.Texels;

/**
 * Averages an agreed picture with its neighbours along smooth motion. {@link ReferenceSteadying}
 * defines the result; {@link FastSteadying} gives the same bytes in less time.
 *
 * <p>Agreed pictures of neighbouring frames differ by less than a pixel of motion: matches are
 * whole pixels, so an edge that moves by a third of a pixel jumps every third frame. That is seen
 * as shimmer. Averaging along motion that is finer than a pixel takes it away.
 *
 * <ol>
 *   <li><b>Average.</b> Each neighbour is read between its pixels, by cubic convolution, at the
 *       place where the motion leads. Its weight is 1 / (1 + e/25), where e is the mean squared
 *       difference of the guides there over 5 by 5 pixels; the own picture has weight 1.
 *   <li><b>Contrast.</b> An average of slightly different pictures is softer. The detail of a
 *       picture is the picture less its blur by 1-4-6-4-1. The energy of the detail is measured
 *       over 17 by 17 pixels before and after averaging, and the detail of the average is raised by
 *       the square root of the ratio, at most to twice, and by the gain that {@link GuideDetail}
 *       asks for.
 *   <li><b>Limit.</b> The finest band of the result has at most 1.25 times the energy that the
 *       styles have in common, {@link SharedDetail}: a soft style stays soft, and noise that is
 *       left in it is lowered.
 * </ol>
 *
 * <p>Errors and energies are integers. Everything else is single floats, one rounding an operation,
 * in the order written.
 *
 * <table>
 * <caption>Notation</caption>
 * <tr><th>formula</th><th>code</th></tr>
 * <tr><td>y, agreed picture</td><td>{@code picture}</td></tr>
 * <tr><td>y_k(p + u_k), moved neighbour</td><td>{@code found}</td></tr>
 * <tr><td>w_k = 1 / (1 + e_k/25)</td><td>{@code weight}</td></tr>
 * <tr><td>m = y + Σ w_k (y_k − y) / (1 + Σ w_k)</td><td>{@code mean}</td></tr>
 * <tr><td>d = m − blur(m)</td><td>{@code detail}</td></tr>
 * <tr><td>E(y), E(m)</td><td>{@code before}, {@code after}</td></tr>
 * <tr><td>m + (√(E(y)/E(m)) · (1 + boost) − 1) · d</td><td>{@code finished}</td></tr>
 * </table>
 */
interface Steadying {

  /** The guide error of moved pixels is summed over squares of this radius. */
  int ERROR_RADIUS = 2;

  /** Sum of the guide error over a square at which a neighbour counts half. */
  float HALF_WEIGHT =
      Agreement.HALF_WEIGHT_ERROR * 3f * (2 * ERROR_RADIUS + 1) * (2 * ERROR_RADIUS + 1);

  /** Largest guide error of a pixel; cubic convolution may overshoot. */
  int LARGEST_ERROR = 3 * 255 * 255;

  /** Energies are summed over squares of this radius. */
  int CONTRAST_RADIUS = 8;

  /** Largest factor by which averaging is made up for. */
  float MOST_GAIN = 2f;

  /** Keeps the contrast of plain areas from being measured on noise: a quarter, in 8-bit units. */
  float CONTRAST_NOISE = 0.25f * 16f * 289f;

  /**
   * Computes the finished picture of one frame.
   *
   * @param picture the agreed picture, 16-bit samples, three a pixel
   * @param boost gains of the finest detail, from {@link GuideDetail#apply}
   * @param shared detail that the styles of the window have in common
   * @return 16-bit samples, three a pixel
   */
  short[] of(
      Texels guide,
      short[] picture,
      byte[] boost,
      SharedDetail shared,
      List<SteadyingNeighbour> neighbours);

  /**
   * Returns the squared difference between a pixel of a guide and an interpolated place in another
   * guide.
   */
  static int guideError(float[] found, int texel) {
    float red = found[0] - Texels.red(texel);
    float green = found[1] - Texels.green(texel);
    float blue = found[2] - Texels.blue(texel);
    float error = red * red + green * green + blue * blue;
    return (int) Math.min(error + 0.5f, LARGEST_ERROR);
  }

  /**
   * Returns the energy of the detail of a pixel, from the sums of its three samples and of its
   * three blurs.
   */
  static int energy(int samples, int blurs256) {
    int detail = samples - (blurs256 >> 8); // 771 a level of 8 bits
    int fine = detail / 192; // 4 a level
    return fine * fine;
  }

  /**
   * Returns the factor by which the detail of a pixel is multiplied.
   *
   * @param boost gain in units of 1 / {@link GuideDetail#BOOST_ONE}
   */
  static float gain(int before, int after, int boost) {
    float ratio = (before + CONTRAST_NOISE) / (after + CONTRAST_NOISE);
    float gain = Math.min(Math.max((float) Math.sqrt(ratio), 1f), MOST_GAIN);
    return gain * (1f + boost / (float) GuideDetail.BOOST_ONE);
  }
}
