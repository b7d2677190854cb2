package org.diffsynth.onnx.internal.vae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TileAxisTest {

  @ParameterizedTest
  @CsvSource({
    "64, 64, 16",
    "65, 64, 16",
    "112, 64, 16",
    "113, 64, 16",
    "240, 64, 16",
    "1000, 64, 32",
    "17, 8, 4",
    "9, 8, 4"
  })
  void of_anyLength_coversEveryPlaceWithWeightsThatAddUpToOne(int length, int tile, int overlap) {
    TileAxis axis = TileAxis.of(length, tile, overlap);
    double shares = 0;
    for (int samples : new int[] {1, 8}) {
      double[] sum = new double[length * samples];
      for (int i = 0; i < axis.count(); i++) {
        assertThat(axis.start(i)).isBetween(0, length - axis.tile());
        float[] weights = axis.weights(i, samples);
        for (int at = 0; at < weights.length; at++) {
          sum[axis.start(i) * samples + at] += weights[at];
        }
        shares += samples == 1 ? axis.share(i) : 0;
      }
      for (double total : sum) {
        assertThat(total).isCloseTo(1, within(1e-6));
      }
    }
    assertThat(shares).isCloseTo(1, within(1e-6));
  }

  @Test
  void of_severalTiles_overlapAtLeastAsMuchAsAsked() {
    TileAxis axis = TileAxis.of(200, 64, 16);

    assertThat(axis.count()).isEqualTo(4);
    assertThat(axis.start(0)).isZero();
    assertThat(axis.start(3)).isEqualTo(200 - 64);
    for (int i = 1; i < axis.count(); i++) {
      assertThat(axis.start(i - 1) + 64 - axis.start(i)).isGreaterThanOrEqualTo(16);
    }
  }

  @Test
  void weights_atInnerEdges_areNothingForAQuarterOfTheOverlap() {
    TileAxis axis = TileAxis.of(112, 64, 16);

    float[] first = axis.weights(0, 1);
    float[] second = axis.weights(1, 1);

    assertThat(first[0]).isEqualTo(1);
    assertThat(first).endsWith(0, 0, 0, 0);
    assertThat(second).startsWith(0, 0, 0, 0);
    assertThat(second[63]).isEqualTo(1);
    for (int i = 0; i < 16; i++) {
      assertThat(first[48 + i]).isCloseTo(second[15 - i], within(1e-6f));
    }
  }

  @Test
  void of_lengthOfOneTile_isWhole() {
    TileAxis axis = TileAxis.of(40, 64, 16);

    assertThat(axis.count()).isEqualTo(1);
    assertThat(axis.tile()).isEqualTo(40);
    assertThat(axis.weights(0, 2)).hasSize(80).containsOnly(1);
  }
}
