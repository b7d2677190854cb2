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
 *   <li><b>Limit.</b> The result has no more detail than the style. The energy of the detail of the
 *       styles is measured over 7 by 7 pixels in this frame and its neighbours, and averaged along
 *       motion with the same weights: S. The energy of the detail of the result is at most 1.5·S.
 *       Where the average has less than 8·S/n for n frames in the window, and less than 4 levels
 *       squared, its detail is mostly what is left of independent noise of n frames. The detail is
 *       lowered there, to nothing where its energy is 2·S/n or below one level squared.
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

  /** The energy of the style is summed over squares of this radius. */
  int STYLE_RADIUS = 3;

  /** Number of pixels of such a square. */
  int STYLE_COUNT = (2 * STYLE_RADIUS + 1) * (2 * STYLE_RADIUS + 1);

  /** Largest energy of the result relative to the style's. */
  float MOST_TEXTURE = 1.5f;

  /** Keeps plain areas from being limited by rounding: a quarter, in 8-bit units. */
  float STYLE_NOISE = 0.25f * 16f * STYLE_COUNT;

  /** Largest energy that is taken for the rest of noise: one level squared. */
  float MOST_RESIDUE = 16f * STYLE_COUNT;

  /** With fewer frames in the window, noise cannot be told from detail. */
  int LEAST_SOURCES = 8;

  /**
   * Computes the finished picture of one frame.
   *
   * @param picture the agreed picture, 16-bit samples, three a pixel
   * @param boost gains of the finest detail, from {@link GuideDetail#apply}
   * @param texture energy of the finest detail of the frame's own style, from {@link #texture}
   * @param sources number of frames that the agreed picture was computed from
   * @return 16-bit samples, three a pixel
   */
  short[] of(
      Texels guide,
      short[] picture,
      byte[] boost,
      int[] texture,
      int sources,
      List<SteadyingNeighbour> neighbours);

  /** Returns the energy of the finest detail of a style, summed over {@link #STYLE_RADIUS}. */
  int[] texture(short[] style);

  /**
   * Returns a gain that keeps the detail of a result within that of the style.
   *
   * @param style mean energy of the style
   * @param energy energy of the average, over the square of the style's energy
   * @param sources number of frames in the window
   */
  static float limit(float gain, float style, int energy, int sources) {
    float most = MOST_TEXTURE * ((style + STYLE_NOISE) / (energy + STYLE_NOISE));
    float limited = Math.min(gain, (float) Math.sqrt(most));
    if (sources < LEAST_SOURCES) {
      return limited;
    }
    float residue = Math.min(style * (2f / sources), MOST_RESIDUE);
    float kept = 4f / 3f * (1f - residue / (energy + 1f));
    return limited * (float) Math.sqrt(Math.min(1f, Math.max(0f, kept)));
  }

  /** Returns the index of the pixel nearest to where a motion leads. */
  static int nearest(Motion motion, int x, int y) {
    int i = y * motion.width + x;
    int toX = x + (motion.dx(i) + Motion.ONE / 2 >> 5);
    int toY = y + (motion.dy(i) + Motion.ONE / 2 >> 5);
    int column = Math.min(Math.max(toX, 0), motion.width - 1);
    return Math.min(Math.max(toY, 0), motion.height - 1) * motion.width + column;
  }

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
