package org.diffsynth.pose.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class AssignmentTest {

  @Test
  void minimal_ofRandomCosts_isTheBestOfAllPermutations() {
    SplittableRandom random = new SplittableRandom(5);
    for (int round = 0; round < 200; round++) {
      int rows = 1 + random.nextInt(5);
      int columns = 1 + random.nextInt(5);
      double[][] cost = new double[rows][columns];
      for (double[] row : cost) {
        for (int j = 0; j < columns; j++) {
          row[j] = random.nextInt(4) == 0 ? Assignment.FORBIDDEN : random.nextDouble();
        }
      }
      int[] found = Assignment.minimal(cost);
      boolean[] used = new boolean[columns];
      double sum = 0;
      for (int i = 0; i < rows; i++) {
        if (found[i] < 0) {
          sum += Assignment.FORBIDDEN;
          continue;
        }
        assertThat(used[found[i]]).isFalse();
        used[found[i]] = true;
        assertThat(cost[i][found[i]]).isLessThan(Assignment.FORBIDDEN);
        sum += cost[i][found[i]];
      }
      assertThat(sum).isCloseTo(best(cost, 0, new boolean[columns]), within(1e-3));
    }
  }

  /** Cost of the best assignment; a row without a column costs as much as a forbidden pair. */
  private static double best(double[][] cost, int row, boolean[] used) {
    if (row == cost.length) {
      return 0;
    }
    double best = Assignment.FORBIDDEN + best(cost, row + 1, used);
    for (int j = 0; j < used.length; j++) {
      if (!used[j]) {
        used[j] = true;
        best = Math.min(best, cost[row][j] + best(cost, row + 1, used));
        used[j] = false;
      }
    }
    return best;
  }

  @Test
  void minimal_ofNothing_isNothing() {
    assertThat(Assignment.minimal(new double[0][])).isEmpty();
    assertThat(Assignment.minimal(new double[2][0])).containsExactly(-1, -1);
  }
}
