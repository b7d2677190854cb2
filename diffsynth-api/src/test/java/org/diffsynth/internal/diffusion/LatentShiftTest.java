package org.diffsynth.internal.diffusion;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.diffsynth.diffusion.Latents;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Against PyTorch's grid_sample on the grid of the released code, one line of samples at a time.
 */
class LatentShiftTest {

  /** Made by {@code org/diffsynth/golden/latent_shift.py}. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          0 | 0 1 2 3 4 5 6 7
          1 | 0 1 2 3 4 5 6 7
          3 | 0 1 2 3 4 5 6 7
          5 | 1 2 3 4 5 6 7 7
          12 | 1 2 3 4 5 6 7 7
          24 | 3 4 5 6 7 7 6 5
          36 | 4 5 6 7 7 6 5 4
          60 | 7 7 6 5 4 3 2 1
          100 | 3 2 1 0 0 1 2 3
          200 | 6 5 4 3 2 1 0 0
          -1 | 0 1 2 3 4 5 6 7
          -4 | 0 0 1 2 3 4 5 6
          -12 | 1 0 0 1 2 3 4 5
          -24 | 2 1 0 0 1 2 3 4
          -60 | 7 6 5 4 3 2 1 0
          -130 | 0 1 2 3 4 5 6 7
          """)
  void shifted_anyNumberOfPixels_takesTheSamplesThatPyTorchTakes(double shift, String columns) {
    int[] expected = Arrays.stream(columns.trim().split(" ")).mapToInt(Integer::parseInt).toArray();
    float[] samples = new float[2 * 8 * 8];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = i;
    }
    Latents shifted = LatentShift.shifted(Latents.of(1, 2, 8, 8, samples), shift, -shift, 8);
    Latents back = LatentShift.shifted(Latents.of(1, 2, 8, 8, samples), -shift, shift, 8);
    for (int c = 0; c < 2; c++) {
      for (int y = 0; y < 8; y++) {
        for (int x = 0; x < 8; x++) {
          assertThat((int) shifted.at(0, c, y, x) % 8).isEqualTo(expected[x]);
          assertThat((int) back.at(0, c, y, x) / 8 % 8).isEqualTo(expected[y]);
        }
      }
    }
  }
}
