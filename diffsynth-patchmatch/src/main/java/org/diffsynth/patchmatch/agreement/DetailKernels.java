package org.diffsynth.patchmatch.agreement;

/**
 * The regressions of {@link FastGuideDetail}, each over a run of pixels. {@link
 * VectorDetailKernels} and {@link ScalarDetailKernels} give the same results.
 */
interface DetailKernels {

  /**
   * Planes of sums over squares of pixels, in 10-bit units.
   *
   * @param x samples of the picture
   * @param g samples of the guide
   * @param xg products of both
   * @param gg squares of the guide
   * @param xx squares of the picture
   */
  record Sums(int[] x, int[] g, int[] xg, int[] gg, int[] xx) {

    Sums(int size) {
      this(new int[size], new int[size], new int[size], new int[size], new int[size]);
    }
  }

  /**
   * Computes {@link GuideDetail#slope} of the pixels {@code from} to {@code to} − 1.
   *
   * @param n pixels of a square
   * @param slopes receives the slopes, from index 0 on
   */
  void slopes(Sums sums, int n, int from, int to, float[] slopes);

  /**
   * Fits the model of the pixels {@code from} to {@code to} − 1: replaces {@code xg} by the rounded
   * slope and {@code gg} by the rounded offset.
   *
   * @param n pixels of a square
   * @param explained {@link GuideDetail#explainedShare} of each pixel is added
   */
  void fit(Sums sums, int n, int from, int to, int[] explained);
}
