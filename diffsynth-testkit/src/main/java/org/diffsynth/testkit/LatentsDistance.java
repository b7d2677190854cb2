package org.diffsynth.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import org.diffsynth.diffusion.Latents;

/** Assertions and measures for the distance between two latents of one shape. */
public final class LatentsDistance {

  private LatentsDistance() {}

  /** Asserts that shapes are equal and no sample differs by more than the tolerance. */
  public static void assertClose(Latents actual, Latents expected, double tolerance) {
    assertThat(actual.shape()).isEqualTo(expected.shape());
    assertThat(largest(actual, expected)).isLessThanOrEqualTo(tolerance);
  }

  /** Returns the largest absolute difference of two samples; NaN if a sample is NaN. */
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
