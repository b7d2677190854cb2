package org.diffsynth.patchmatch.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.diffsynth.match.NearestNeighborField.pack;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CompactFieldTest {

  @ParameterizedTest
  @CsvSource({
    "1, 1",
    "2, 5",
    "63, 3",
    "64, 3",
    "65, 4",
    "128, 2",
    "200, 31",
    "65535, 1",
    "1, 65535"
  })
  void read_anySizeAndKindOfField_returnsTheField(int width, int height) {
    for (int farthest : new int[] {0, 1, 7, 8, 9, 200, 65535}) {
      int[] field = field(width, height, farthest, 4);
      CompactField compact = CompactField.of(width, field);

      int[] whole = new int[field.length];
      compact.read(whole);
      assertThat(whole).isEqualTo(field);

      int y = height - 1;
      int[] row = new int[width + 2];
      compact.readRow(y, row, 1);
      assertThat(Arrays.copyOfRange(row, 1, width + 1))
          .isEqualTo(Arrays.copyOfRange(field, y * width, (y + 1) * width));
      assertThat(row[0] + row[width + 1]).isZero();
    }
  }

  /**
   * On real clips, 4 to 40 of 100 pixels leave the offset of their left neighbour, mostly a little.
   */
  @ParameterizedTest
  @ValueSource(ints = {3, 4, 10})
  void bytes_fieldWithRuns_isAFourthOfAnArray(int run) {
    int[] field = field(400, 300, 3, run);

    assertThat(CompactField.of(400, field).bytes()).isLessThan(field.length);
  }

  private static int[] field(int width, int height, int farthest, int run) {
    SplittableRandom random = new SplittableRandom(farthest);
    int[] field = new int[width * height];
    int dx = 0;
    int dy = 0;
    for (int i = 0; i < field.length; i++) {
      if (random.nextInt(run) == 0) {
        dx = random.nextInt(2 * farthest + 1) - farthest;
        dy = random.nextInt(2 * farthest + 1) - farthest;
      }
      int x = Math.floorMod(i % width + dx, width);
      int y = Math.floorMod(i / width + dy, height);
      field[i] = pack(x, y);
    }
    return field;
  }
}
