package org.diffsynth.patchmatch.agreement;

import org.diffsynth.patchmatch.engine.Texels;
import org.diffsynth.patchmatch.engine.WorkerPool;

/**
 * The detail of one frame's style, band by band and place by place, and how much of it the guide of
 * the same frame explains. Both pictures belong to one frame, so that no match is involved.
 *
 * <p>A picture is split into three bands of detail and a rest, by box means over 3, then 7, then 15
 * pixels. All quantities are measured over squares of three by three {@linkplain #CELL cells}, as
 * far as they lie in the picture. Brightness has 1535 levels, so that sums of products over 576
 * pixels are exact in 32-bit integers. Other arithmetic is in single floats, one rounding per
 * operation, in the order written.
 *
 * @param columns number of cells side by side
 * @param slopes by band and cell: slope of the regression of the style on the guide, divided by
 *     {@code rest}; at least 0. A style that is softer than its guide has small slopes
 * @param rest by cell: slope of the regression in the rest, the contrast of the style relative to
 *     the guide
 * @param energies by band and cell: mean square of the style, in 8-bit units
 * @param guideEnergies by band and cell: mean square of the guide, in 8-bit units
 */
record StyleDetail(
    int columns, float[][] slopes, float[] rest, float[][] energies, float[][] guideEnergies) {

  /** Radii of the box means that split a picture; each mean is computed from the one before. */
  static final int[] RADII = {1, 3, 7};

  /** Number of bands of detail. */
  static final int BANDS = RADII.length;

  /** Side of a cell, in pixels. */
  static final int CELL = 8;

  /** Bits that the sum of three 16-bit samples loses. */
  private static final int SHIFT = 7;

  /** An 8-bit variance of one in the units of brightness: 6 units per level, squared. */
  private static final float LEVEL = 36f;

  /** Variance that stands for noise in a band of the guide, in 8-bit units. */
  static final float BAND_NOISE = 0.5f;

  /** Variance that stands for noise in the rest. */
  private static final float REST_NOISE = 10f * LEVEL;

  /** Smallest slope of the rest. */
  private static final float LEAST_SLOPE = 0.02f;

  /** Measures the detail of the style of one frame. */
  static StyleDetail of(
      Texels guide, StyleSamples style, int width, int height, WorkerPool workers, BoxSum boxes) {
    CellSums cells = new CellSums(width, height, workers);
    int[][] s = new int[BANDS + 1][width * height];
    int[][] g = new int[BANDS + 1][width * height];
    workers.runRows(
        height,
        (from, to) -> {
          for (int i = from * width; i < to * width; i++) {
            s[0][i] = brightness(style.at(3 * i), style.at(3 * i + 1), style.at(3 * i + 2));
            int texel = guide.rgb()[i];
            g[0][i] =
                brightness(
                    257 * Texels.red(texel), 257 * Texels.green(texel), 257 * Texels.blue(texel));
          }
        });
    split(s, BANDS, width, height, workers, boxes);
    split(g, BANDS, width, height, workers, boxes);
    int count = cells.columns() * cells.rows();
    StyleDetail detail =
        new StyleDetail(
            cells.columns(),
            new float[BANDS][count],
            new float[count],
            new float[BANDS][count],
            new float[BANDS][count]);
    int[] sums = cells.sums(s[BANDS]);
    int[] guideSums = cells.sums(g[BANDS]);
    int[] products = cells.products(s[BANDS], g[BANDS]);
    int[] squares = cells.products(g[BANDS], g[BANDS]);
    for (int k = 0; k < count; k++) {
      int n = cells.pixels(k);
      float covariance = (float) ((long) n * products[k] - (long) sums[k] * guideSums[k]);
      float variance = (float) ((long) n * squares[k] - (long) guideSums[k] * guideSums[k]);
      float noise = REST_NOISE * (n * n);
      detail.rest[k] = Math.max(LEAST_SLOPE, (covariance + noise) / (variance + noise));
    }
    for (int b = 0; b < BANDS; b++) {
      int[] both = cells.products(s[b], g[b]);
      int[] own = cells.products(s[b], s[b]);
      int[] other = cells.products(g[b], g[b]);
      for (int k = 0; k < count; k++) {
        float unit = 1f / (LEVEL * cells.pixels(k));
        float energy = other[k] * unit;
        detail.energies[b][k] = own[k] * unit;
        detail.guideEnergies[b][k] = energy;
        detail.slopes[b][k] = Math.max(0f, both[k] * unit / (energy + BAND_NOISE)) / detail.rest[k];
      }
    }
    return detail;
  }

  /** Returns the mean square of the finest band of a picture in each cell, in 8-bit units. */
  static float[] finestEnergy(
      short[] picture, int width, int height, WorkerPool workers, BoxSum boxes) {
    CellSums cells = new CellSums(width, height, workers);
    int[][] bands = new int[2][width * height];
    workers.runRows(
        height,
        (from, to) -> {
          for (int i = from * width; i < to * width; i++) {
            int k = 3 * i;
            bands[0][i] =
                brightness(picture[k] & 0xFFFF, picture[k + 1] & 0xFFFF, picture[k + 2] & 0xFFFF);
          }
        });
    split(bands, 1, width, height, workers, boxes);
    int[] squares = cells.products(bands[0], bands[0]);
    float[] energy = new float[squares.length];
    for (int k = 0; k < energy.length; k++) {
      energy[k] = squares[k] * (1f / (LEVEL * cells.pixels(k)));
    }
    return energy;
  }

  /** Splits the picture {@code bands[0]} into bands, the finest first, and the rest. */
  static void split(
      int[][] bands, int count, int width, int height, WorkerPool workers, BoxSum boxes) {
    for (int b = 0; b < count; b++) {
      int[] fine = bands[b];
      int[] coarse = bands[b + 1];
      System.arraycopy(fine, 0, coarse, 0, fine.length);
      boxes.apply(coarse, RADII[b]);
      int terms = (2 * RADII[b] + 1) * (2 * RADII[b] + 1);
      workers.runRows(
          height,
          (from, to) -> {
            for (int i = from * width; i < to * width; i++) {
              coarse[i] = (coarse[i] + terms / 2) / terms;
              fine[i] -= coarse[i];
            }
          });
    }
  }

  private static int brightness(int red, int green, int blue) {
    return red + green + blue >> SHIFT;
  }
}
