package org.diffsynth.patchmatch.agreement;

import org.diffsynth.patchmatch.engine.Texels;

/**
 * Gives an agreed picture the detail that its guide shows. {@link ReferenceGuideDetail} defines the
 * result; {@link FastGuideDetail} gives the same bytes in less time. Both use the formulas below.
 *
 * <p>Agreement makes a picture steady and a little soft: matches are whole pixels, and some are
 * wrong. The guide tells what got lost, because the same matches with the same weights have blended
 * it too, and unlike the truth of the style, the sharp guide is known. First, {@link
 * GuideSoftening} lowers the detail of the guide g and of the blended guide ĝ to the detail that
 * the style has. Two steps then use both, each channel by itself.
 *
 * <ol>
 *   <li><b>Restore the loss</b> (a control variate). The guide lacks g − ĝ after blending. The
 *       picture lacks the same structure, as many times stronger as its contrast is that of the
 *       guide around the pixel: β, the slope of a linear regression of the picture on the blended
 *       guide over 9 by 9 pixels, limited to [0, 2]. The picture becomes x + β·(g − ĝ).
 *   <li><b>Drop the flicker that is left</b> (a guided filter). Where the guide explains the
 *       picture nearly fully, the rest is more likely flicker than style. The model of a pixel is
 *       a·g + b, with the slopes and offsets of all regressions over 17 by 17 pixels that contain
 *       the pixel, averaged. R², the share of the variance that the guide explains, is averaged
 *       over the three channels and over 17 by 17 pixels. The picture moves towards its model by R⁸
 *       times the flicker of the pixel: not at all where the style has texture of its own, and not
 *       at all where the sources agreed.
 * </ol>
 *
 * <p>Averages along motion, which follow, cost contrast in the finest detail. The result says how
 * much {@link Steadying} adds to it: f·(0.03 + 0.14·(1 − R⁸)) for flicker f.
 *
 * <p>Samples are reduced to 10 bits before they are multiplied, so that the sums of products over
 * 289 pixels are exact in 32-bit integers. The slope and offset of the averaged model are rounded
 * to 12 and 4 fractional bits, so that their sums are exact too. Other arithmetic is in single
 * floats, one rounding an operation, in the order written.
 *
 * <table>
 * <caption>Notation</caption>
 * <tr><th>formula</th><th>code</th></tr>
 * <tr><td>x, agreed picture</td><td>{@code picture}</td></tr>
 * <tr><td>g, guide</td><td>{@code guide}</td></tr>
 * <tr><td>ĝ, blended guide</td><td>{@code AgreedPicture.guide}</td></tr>
 * <tr><td>Σx, Σg, Σxg, Σg², Σx²</td><td>{@code sumX}, {@code sumG}, {@code sumXg}, {@code sumGg},
 *     {@code sumXx}</td></tr>
 * <tr><td>β; a_k of He et al., eq. 5</td><td>{@code slope}</td></tr>
 * <tr><td>b_k of He et al., eq. 6</td><td>{@code offset}</td></tr>
 * <tr><td>q of He et al., eq. 8</td><td>{@code model}</td></tr>
 * <tr><td>ε of He et al.</td><td>{@link #NOISE}</td></tr>
 * <tr><td>R²</td><td>{@code share}</td></tr>
 * <tr><td>f</td><td>{@code flickering}</td></tr>
 * </table>
 *
 * <ol>
 *   <li>Lavenberg and Welch 1981, A Perspective on the Use of Control Variables to Increase the
 *       Efficiency of Monte Carlo Simulations.
 *   <li>He, Sun and Tang 2010, Guided Image Filtering, equations 5 to 8.
 * </ol>
 */
interface GuideDetail {

  /** The loss is measured over squares of this radius. */
  int LOSS_RADIUS = 4;

  /** The local linear model is fitted over squares of this radius. */
  int MODEL_RADIUS = 8;

  /** Bits that 16-bit samples lose before they are multiplied. */
  int SHIFT = 6;

  /** Variance, in 10-bit units, that stands for noise in a regression: 20 in 8-bit units. */
  float NOISE = 20f * 16f;

  /** Largest slope of a regression. */
  float MOST_SLOPE = 2f;

  /** Unit of rounded slopes. */
  float SLOPE_ONE = 4096f;

  /** Unit of rounded offsets, in 10-bit samples. */
  float OFFSET_ONE = 16f;

  /** Unit of {@link #explainedShare}. */
  float SHARE_ONE = 4096f;

  /** Contrast added to the finest detail where there was nothing but flicker. */
  float EXTRA_GAIN = 0.03f;

  /** Contrast added besides where the guide explains nothing: matches fit its detail less. */
  float UNEXPLAINED_GAIN = 0.14f;

  /** Unit of the gains that {@link #apply} returns. */
  int BOOST_ONE = 1024;

  /**
   * Changes {@code agreed.picture()} in place, and overwrites {@code agreed.guide()}.
   *
   * @param shared detail that the styles of the window have in common
   * @return by how much {@link Steadying} raises the contrast of the finest detail of each pixel,
   *     in units of 1 / {@link #BOOST_ONE}
   */
  byte[] apply(AgreedPicture agreed, Texels guide, SharedDetail shared);

  /** Rounds a 16-bit sample to 10 bits. */
  static int to10(int sample16) {
    return sample16 + (1 << SHIFT - 1) >> SHIFT;
  }

  /** Returns the sample of a channel of texel {@code i} of a guide, scaled to 16 bits. */
  static int guide16(Texels guide, int i, int channel) {
    return Texels.channel(guide.rgb()[i], channel) * 257;
  }

  /**
   * Returns the slope of the regression of the picture on the guide over n pixels: the covariance
   * divided by the variance, both multiplied by n².
   */
  static float slope(int n, int sumX, int sumG, int sumXg, int sumGg) {
    float covariance = (float) ((long) n * sumXg - (long) sumX * sumG);
    float variance = (float) ((long) n * sumGg - (long) sumG * sumG);
    float slope = covariance / (variance + NOISE * (n * n));
    return Math.min(Math.max(slope, 0f), MOST_SLOPE);
  }

  /**
   * Returns the squared correlation of picture and guide over n pixels, 0 to {@link #SHARE_ONE}; 0
   * where it is negative.
   */
  static int explainedShare(int n, int sumX, int sumG, int sumXg, int sumGg, int sumXx) {
    float covariance = (float) ((long) n * sumXg - (long) sumX * sumG);
    if (covariance <= 0f) {
      return 0;
    }
    float noise = NOISE * (n * n);
    float guideVariance = (float) ((long) n * sumGg - (long) sumG * sumG);
    float variance = (float) ((long) n * sumXx - (long) sumX * sumX);
    float share = covariance / (guideVariance + noise) * (covariance / (variance + noise));
    return (int) (share * SHARE_ONE + 0.5f);
  }

  /**
   * Returns a 16-bit sample of the averaged model for one pixel.
   *
   * @param n number of regressions that contain the pixel
   * @param slopes sum of the slopes of these regressions, in units of 1 / {@link #SLOPE_ONE}
   * @param offsets sum of the rounded offsets of these regressions, in units of 1 / {@link
   *     #OFFSET_ONE} of a 10-bit sample
   * @param guide16 sample of the guide, 16 bits
   */
  static short model(int n, int slopes, int offsets, int guide16) {
    float slope = slopes / (SLOPE_ONE * n);
    float offset = offsets * ((1 << SHIFT) / OFFSET_ONE) / n;
    return Samples.round(slope * guide16 + offset);
  }

  /**
   * Moves pixel {@code i} towards its model and sets its gain.
   *
   * @param shares sum of {@link #explainedShare} over the three channels of n pixels
   * @param flicker 0 to {@link Agreement#FLICKER_ONE}
   */
  static void shrink(
      short[] picture, short[] model, byte[] boost, int i, int n, int shares, int flicker) {
    float share = Math.min(1f, shares / (3f * SHARE_ONE * n));
    float explainedWell = share * share * (share * share);
    float flickering = flicker / (float) Agreement.FLICKER_ONE;
    float amount = explainedWell * flickering;
    float gain = flickering * (EXTRA_GAIN + UNEXPLAINED_GAIN * (1 - explainedWell));
    boost[i] = (byte) (int) (gain * BOOST_ONE + 0.5f);
    for (int k = 3 * i; k < 3 * i + 3; k++) {
      int value = picture[k] & 0xFFFF;
      picture[k] = Samples.round(value + amount * ((model[k] & 0xFFFF) - value));
    }
  }
}
