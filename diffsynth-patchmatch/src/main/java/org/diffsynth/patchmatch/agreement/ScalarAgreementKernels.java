package org.diffsynth.patchmatch.agreement;

import org.diffsynth.patchmatch.engine.Texels;

/** {@link AgreementKernels} in plain Java. */
final class ScalarAgreementKernels implements AgreementKernels {

  private static final int RADIUS = Agreement.ERROR_RADIUS;
  private static final float OFFSET = 32768f;

  @Override
  public void lineErrors(
      int[] found, int[] target, int targetStart, int width, int[] scratch, int[] sums) {
    for (int x = 0; x < width; x++) {
      scratch[x + RADIUS] = Texels.squaredDifference(found[x], target[targetStart + x]);
    }
    extend(scratch, width);
    for (int x = 0; x < width; x++) {
      sums[x] = scratch[x] + scratch[x + 1] + scratch[x + 2] + scratch[x + 3] + scratch[x + 4];
    }
  }

  /** Repeats the first and the last of the values that begin at {@link Agreement#ERROR_RADIUS}. */
  static void extend(int[] row, int width) {
    for (int k = 0; k < RADIUS; k++) {
      row[k] = row[RADIUS];
      row[RADIUS + width + k] = row[RADIUS + width - 1];
    }
  }

  @Override
  public void weights(int[][] rows, int width, float[] weights) {
    for (int x = 0; x < width; x++) {
      int error = rows[0][x] + rows[1][x] + rows[2][x] + rows[3][x] + rows[4][x];
      weights[x] = Agreement.HALF_WEIGHT / (Agreement.HALF_WEIGHT + error);
    }
  }

  @Override
  public void ownWeights(float[][] weights, int own, int width, float[] result) {
    for (int x = 0; x < width; x++) {
      result[x] = Agreement.LEAST_OWN_WEIGHT;
    }
    for (int s = 0; s < weights.length; s++) {
      if (s != own) {
        for (int x = 0; x < width; x++) {
          result[x] = Math.max(result[x], weights[s][x]);
        }
      }
    }
  }

  @Override
  public void median(
      MedianNetwork network,
      short[][][] offers,
      int channel,
      int width,
      short[][] scratch,
      float[] median) {
    for (int s = 0; s < offers.length; s++) {
      System.arraycopy(offers[s][channel], 0, scratch[s], 0, width);
    }
    for (int k = 0; k < network.exchanges(); k++) {
      short[] a = scratch[network.lower(k)];
      short[] b = scratch[network.upper(k)];
      for (int x = 0; x < width; x++) {
        short least = (short) Math.min(a[x], b[x]);
        b[x] = (short) Math.max(a[x], b[x]);
        a[x] = least;
      }
    }
    short[] below = scratch[network.below()];
    short[] above = scratch[network.above()];
    for (int x = 0; x < width; x++) {
      median[x] = (below[x] + above[x] + 1 >> 1) + OFFSET;
    }
  }

  @Override
  public void shift(
      short[][][] offers,
      float[][] weights,
      int[][] guides,
      int width,
      float[][] centre,
      float[][] guide) {
    for (int x = 0; x < width; x++) {
      float total = 0;
      float red = 0;
      float green = 0;
      float blue = 0;
      float guideRed = 0;
      float guideGreen = 0;
      float guideBlue = 0;
      for (int s = 0; s < offers.length; s++) {
        float dr = offers[s][0][x] + OFFSET - centre[0][x];
        float dg = offers[s][1][x] + OFFSET - centre[1][x];
        float db = offers[s][2][x] + OFFSET - centre[2][x];
        float near = Agreement.KERNEL / (Agreement.KERNEL + (dr * dr + dg * dg + db * db));
        float vote = near * near * weights[s][x];
        total += vote;
        red += vote * dr;
        green += vote * dg;
        blue += vote * db;
        if (guides != null) {
          guideRed += vote * Texels.red(guides[s][x]);
          guideGreen += vote * Texels.green(guides[s][x]);
          guideBlue += vote * Texels.blue(guides[s][x]);
        }
      }
      centre[0][x] += red / total;
      centre[1][x] += green / total;
      centre[2][x] += blue / total;
      if (guides != null) {
        guide[0][x] = guideRed / total;
        guide[1][x] = guideGreen / total;
        guide[2][x] = guideBlue / total;
      }
    }
  }

  @Override
  public void distances(
      short[][][] offers, float[][] weights, int width, float[][] centre, float[] mean) {
    for (int x = 0; x < width; x++) {
      float distance = 0;
      float total = 0;
      for (int s = 0; s < offers.length; s++) {
        float dr = offers[s][0][x] + OFFSET - centre[0][x];
        float dg = offers[s][1][x] + OFFSET - centre[1][x];
        float db = offers[s][2][x] + OFFSET - centre[2][x];
        distance += weights[s][x] * (dr * dr + dg * dg + db * db);
        total += weights[s][x];
      }
      mean[x] = distance / total;
    }
  }
}
