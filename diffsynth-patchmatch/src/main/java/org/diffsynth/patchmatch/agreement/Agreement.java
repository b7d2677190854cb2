package org.diffsynth.patchmatch.agreement;

import java.util.List;

/**
 * Computes, pixel by pixel, the colour on which the frames of a window agree. {@link
 * ReferenceAgreement} defines the result; {@link FastAgreement} gives the same bytes in less time.
 *
 * <p>A processed video flickers: the same place of the scene has another colour in each frame. The
 * guide does not flicker, so matching it tells where the place lies in every frame of the window,
 * and those frames <em>offer</em> their colours for it. The agreed colour is found in four steps.
 *
 * <ol>
 *   <li><b>Weights.</b> A match may be wrong. The weight of an offer is 1 / (1 + e/25), where e is
 *       the mean squared difference of the two guides over 5 by 5 pixels around the match, in 8-bit
 *       samples. An offer with a weight below 0.01 has found something else; the frame's own pixel
 *       takes its place, so that an uncovered background stays as it is. The own pixel weighs as
 *       much as the best other offer.
 *   <li><b>Median.</b> The centre starts at the median of the offers, each channel by itself. Up to
 *       half of the offers may be arbitrarily wrong without moving it far. A mean would keep a part
 *       of every outlier, which is seen as blur and ghosts.
 *   <li><b>Mean shift.</b> A median of few offers is noisy. Two steps of mean shift move the centre
 *       to where offers are dense: each time to the mean of the offers, weighted by their weight
 *       and by the kernel 1 / (1 + d²/s²)², where d is the distance from the centre and s = 30
 *       levels. Offers near the centre are averaged, far ones hardly count.
 *   <li><b>By-products.</b> The last step blends the guide with the same weights, which shows
 *       {@link GuideDetail} what blending costs; and the weighted mean squared distance D of the
 *       offers from the centre says how much the pixel flickers: D / (D + 16).
 * </ol>
 *
 * <p>Errors are exact integers. Everything else is single floats with one rounding an operation, in
 * the order of the sources, without fused multiply-add, so every engine gives the same bytes.
 *
 * <table>
 * <caption>Notation</caption>
 * <tr><th>formula</th><th>code</th></tr>
 * <tr><td>e, times 75 samples</td><td>{@code error}</td></tr>
 * <tr><td>w = 1 / (1 + e/25)</td><td>{@code weight}</td></tr>
 * <tr><td>x, the offers</td><td>{@code offer}</td></tr>
 * <tr><td>y, the centre</td><td>{@code centre}</td></tr>
 * <tr><td>k(d²) = (s² / (s² + d²))²</td><td>{@code near * near}, with s² = {@link #KERNEL}</td></tr>
 * <tr><td>m(y) = Σ w k (x − y) / Σ w k</td><td>{@code moved / total}</td></tr>
 * <tr><td>D</td><td>{@code distance / total}</td></tr>
 * </table>
 *
 * <ol>
 *   <li>Comaniciu and Meer 2002, Mean Shift: A Robust Approach toward Feature Space Analysis.
 *   <li>Geman and McClure 1987: the kernel 1 / (1 + d²/s²)².
 * </ol>
 */
interface Agreement {

  /** Mean squared guide error, per 8-bit sample, at which an offer counts half. */
  int HALF_WEIGHT_ERROR = 25;

  /** The guide error of a match is summed over squares of this radius. */
  int ERROR_RADIUS = 2;

  /** Value of {@link #HALF_WEIGHT_ERROR} summed over all samples of a square. */
  float HALF_WEIGHT = HALF_WEIGHT_ERROR * (3 * (2 * ERROR_RADIUS + 1) * (2 * ERROR_RADIUS + 1));

  /** An offer below this weight has found something else. */
  float LOST = 0.01f;

  /** The own pixel weighs as much as the best other offer, but never less than this. */
  float LEAST_OWN_WEIGHT = 0.02f;

  /** Steps of mean shift. */
  int SHIFTS = 2;

  /** Squared 16-bit distance, over three samples, at which the kernel is a quarter: 30 of 255. */
  float KERNEL = 30f * 30f * 3f * 257f * 257f;

  /** Mean squared distance, over three 16-bit samples, that counts as half flicker: 4 of 255. */
  float HALF_FLICKER = 4f * 4f * 3f * 257f * 257f;

  /** Full scale of {@link AgreedPicture#flicker}. */
  int FLICKER_ONE = 255;

  /**
   * Computes the agreed picture of one frame.
   *
   * @param sources the frames of the window, the target among them
   * @param own index of the target among the sources
   */
  AgreedPicture of(List<AgreementSource> sources, int own);
}
