package org.diffsynth.pose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Golden numbers are {@code scipy.signal.savgol_filter(x, window, order)} of scipy 1.17.1. */
class SavitzkyGolayTest {

  private static final double NONE = Double.NaN;

  /** Input of the golden numbers: x[i] = 3 sin(0.7 i) + 0.25 ((7 i) mod 5) + 0.01 i². */
  private static double[] signal() {
    double[] x = new double[20];
    for (int i = 0; i < x.length; i++) {
      x[i] = Math.sin(i * 0.7) * 3 + (i * 7) % 5 * 0.25 + 0.01 * i * i;
    }
    return x;
  }

  private static void assertNear(double[] actual, double[] expected, double tolerance) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < expected.length; i++) {
      assertThat(actual[i]).as("sample %d", i).isCloseTo(expected[i], within(tolerance));
    }
  }

  @Test
  void smooth_ofAWavySignal_equalsScipy() {
    double[] scipy5 = {
      0.03118808106261373, 2.5061036122627334, 3.618869051940703, 3.3091008928102004,
      1.4673391726374407, -0.4609688514190876, -1.7051528072842141, -1.7229053162653214,
      -0.5393225601507028, 1.1809139121114465, 3.2550195125635186, 4.618298508779376,
      4.633759272898549, 3.307716464365077, 1.2028362138090163, -0.01762234034522414,
      0.17816163291561493, 1.7493192201828656, 3.7459138187214456, 6.338898521911788
    };
    double[] scipy7 = {
      -0.1416110550778458, 2.8301772505314813, 3.701267169335257, 3.066935395839959,
      1.4725093726206813, -0.2963482261236319, -1.532761063742076, -1.6238209851596652,
      -0.485890895915044, 1.2490168086968394, 3.2203101392948783, 4.422845571533007,
      4.36948734209781, 3.1731724131492367, 1.346751857576225, 0.2516135765948042,
      0.37183630964346814, 1.6143267988461494, 3.675047587008682, 6.398403961950845
    };
    double[] scipy11 = {
      -0.30147526524122953, 3.1397300179952334, 3.80506419363129, 2.846468677383863,
      1.2054406521885677, -0.38696693180034825, -1.6276032618105574, -1.6782809079180558,
      -0.6931947808050876, 1.3894578343066204, 3.2393538502535795, 4.530375003085413,
      4.514929722391156, 3.069284328056927, 1.445484113168444, 0.5508344096979942,
      0.44390843710037897, 1.358604219530116, 3.4086331760859268, 6.587520120810593
    };
    assertNear(new SavitzkyGolay(5, 2).smooth(signal()), scipy5, 1e-9);
    assertNear(new SavitzkyGolay(7, 3).smooth(signal()), scipy7, 1e-9);
    assertNear(new SavitzkyGolay(11, 4).smooth(signal()), scipy11, 1e-9);
  }

  @ParameterizedTest
  @CsvSource({"3,0", "5,1", "7,2", "11,3", "21,5", "101,2"})
  void smooth_ofAPolynomialOfItsOrder_changesNothing(int window, int order) {
    double[] polynomial = new double[120];
    for (int i = 0; i < polynomial.length; i++) {
      double t = (i - 50) / 60.0;
      for (int j = 0; j <= order; j++) {
        polynomial[i] += (j % 2 == 0 ? 2 : -1.5) * Math.pow(t, j);
      }
    }
    assertNear(new SavitzkyGolay(window, order).smooth(polynomial), polynomial, 1e-10);
  }

  @Test
  void smooth_acrossAGap_treatsBothSidesAsIfAlone() {
    double[] signal = signal();
    double[] left = Arrays.copyOfRange(signal, 0, 9);
    double[] right = Arrays.copyOfRange(signal, 12, 20);
    double[] gap = signal.clone();
    Arrays.fill(gap, 9, 12, NONE);
    SavitzkyGolay filter = new SavitzkyGolay(5, 2);
    double[] smooth = filter.smooth(gap);
    assertThat(Arrays.copyOfRange(smooth, 0, 9)).containsExactly(filter.smooth(left));
    assertThat(Arrays.copyOfRange(smooth, 12, 20)).containsExactly(filter.smooth(right));
    assertThat(Arrays.copyOfRange(smooth, 9, 12)).containsOnly(NONE);
  }

  @Test
  void smooth_ofAShortRun_usesTheLargestWindowThatFits() {
    double[] six = Arrays.copyOf(signal(), 6);
    assertNear(new SavitzkyGolay(11, 2).smooth(six), new SavitzkyGolay(5, 2).smooth(six), 1e-12);
    double[] three = Arrays.copyOf(signal(), 3);
    assertThat(new SavitzkyGolay(11, 3).smooth(three)).containsExactly(three);
    assertThat(new SavitzkyGolay(11, 3).smooth(new double[0])).isEmpty();
    assertThat(new SavitzkyGolay(3, 0).smooth(new double[] {4})).containsExactly(4);
  }

  @Test
  void settings_outOfRange_areNamed() {
    assertThatThrownBy(() -> new SavitzkyGolay(4, 2)).hasMessageContaining("window must be odd");
    assertThatThrownBy(() -> new SavitzkyGolay(5, 5))
        .hasMessageContaining("order must be between 0 and 9 and below");
    assertThatThrownBy(
            () -> SavitzkyGolay.DEFAULT.smooth(new double[] {1, Double.POSITIVE_INFINITY}))
        .hasMessageContaining("sample 1");
  }
}
