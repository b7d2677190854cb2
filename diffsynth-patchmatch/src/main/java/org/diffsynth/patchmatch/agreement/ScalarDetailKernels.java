package org.diffsynth.patchmatch.agreement;

/** {@link DetailKernels} in plain Java. */
final class ScalarDetailKernels implements DetailKernels {

  @Override
  public void slopes(Sums sums, int n, int from, int to, float[] slopes) {
    for (int i = from; i < to; i++) {
      slopes[i - from] = GuideDetail.slope(n, sums.x()[i], sums.g()[i], sums.xg()[i], sums.gg()[i]);
    }
  }

  @Override
  public void fit(Sums sums, int n, int from, int to, int[] explained) {
    for (int i = from; i < to; i++) {
      int x = sums.x()[i];
      int g = sums.g()[i];
      int xg = sums.xg()[i];
      int gg = sums.gg()[i];
      float slope = GuideDetail.slope(n, x, g, xg, gg);
      float offset = (x - slope * g) / n;
      explained[i] += GuideDetail.explainedShare(n, x, g, xg, gg, sums.xx()[i]);
      sums.xg()[i] = (int) (slope * GuideDetail.SLOPE_ONE + 0.5f);
      sums.gg()[i] = (int) Math.floor(offset * GuideDetail.OFFSET_ONE + 0.5f);
    }
  }
}
