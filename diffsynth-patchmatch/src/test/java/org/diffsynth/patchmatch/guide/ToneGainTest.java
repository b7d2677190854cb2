package org.diffsynth.patchmatch.guide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ToneGainTest {

  private static final int SIZE = 32;
  private static final float[] WHOLE = {1, 1, 1};

  /** Gains of a frame of one colour whose neighbours all have another colour. */
  private static float[] gains(int[] own, int[] other) {
    short[] samples = new short[SIZE * SIZE * 3];
    float[] sum = new float[samples.length];
    float[] total = new float[SIZE * SIZE];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = (short) own[i % 3];
      sum[i] = 8f * other[i % 3];
    }
    Arrays.fill(total, 8f);
    float[] row = new float[SIZE * 3];
    ToneGain.of(samples, sum, total, WHOLE, SIZE, SIZE).row(SIZE / 2, row);
    return new float[] {row[0], row[1], row[2]};
  }

  @Test
  void row_neighboursOfOtherBrightness_bringsTheFrameNearThem() {
    float[] gains = gains(new int[] {20000, 10000, 30000}, new int[] {30000, 15000, 45000});
    for (float gain : gains) {
      assertThat(gain).isCloseTo(1.44f, within(0.01f)); // 1.5 of eight ninths, 1 of one
    }
  }

  /** A hand before a red cup must not become green. */
  @Test
  void row_neighboursOfAnotherColour_changesBrightnessMoreThanColour() {
    float[] gains = gains(new int[] {40000, 30000, 25000}, new int[] {40000, 2000, 2000});
    float least = Math.min(gains[0], Math.min(gains[1], gains[2]));
    float most = Math.max(gains[0], Math.max(gains[1], gains[2]));
    assertThat(most / least).isLessThanOrEqualTo(1.2f * 1.2f + 1e-4f);
  }
}
