package org.diffsynth.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import org.diffsynth.diffusion.Latents;

/** How far latents lie apart. */
public final class LatentsDistance {

  private LatentsDistance() {}

  /** Checks that both have one shape and no sample differs by more than the tolerance. */
  public static void assertClose(Latents actual, Latents expected, double tolerance) {
    assertThat(actual.shape()).isEqualTo(expected.shape());
    assertThat(largest(actual, expected)).isLessThanOrEqualTo(tolerance);
  }

  /** The largest difference of two samples; NaN if there is one. */
  public static double largest(Latents a, Latents b) {
    float[] x = a.toArray();
    float[] y = b.toArray();
    double most = 0;
    for (int i = 0; i < x.length; i++) {
      most = Math.max(most, Math.abs((double) x[i] - y[i]));
    }
    return most;
  }
}
