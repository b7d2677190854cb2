package org.diffsynth.patchmatch.agreement;

/**
 * The innermost loops of {@link FastAgreement}, each over one row of pixels. {@link
 * VectorAgreementKernels} and {@link ScalarAgreementKernels} give the same results.
 *
 * <p>Rows have {@link #PADDING} more elements than pixels, which kernels may read and overwrite, so
 * that whole vectors fit. Offers are stored by source and channel, 16-bit samples less 32768.
 */
interface AgreementKernels {

  /** Elements after the last pixel of a row. */
  int PADDING = 32;

  /**
   * Computes the squared differences of texels, summed over {@link Agreement#ERROR_RADIUS} pixels
   * to each side; the border pixels repeat outwards.
   *
   * @param scratch a row that is longer by twice the radius
   */
  void lineErrors(int[] found, int[] target, int targetStart, int width, int[] scratch, int[] sums);

  /** Computes the weights of offers from five rows of {@link #lineErrors}. */
  void weights(int[][] rows, int width, float[] weights);

  /** Computes the largest of the other weights, at least {@link Agreement#LEAST_OWN_WEIGHT}. */
  void ownWeights(float[][] weights, int own, int width, float[] result);

  /**
   * Computes the median of the offers of one channel.
   *
   * @param scratch as many rows as there are offers
   */
  void median(
      MedianNetwork network,
      short[][][] offers,
      int channel,
      int width,
      short[][] scratch,
      float[] median);

  /**
   * One step of mean shift.
   *
   * @param guides texels of each source, or null if the guide is not blended in this step
   * @param guide receives the blended guide, 8-bit samples by channel
   */
  void shift(
      short[][][] offers,
      float[][] weights,
      int[][] guides,
      int width,
      float[][] centre,
      float[][] guide);

  /** Computes the weighted mean squared distance of the offers from the centre. */
  void distances(short[][][] offers, float[][] weights, int width, float[][] centre, float[] mean);
}
