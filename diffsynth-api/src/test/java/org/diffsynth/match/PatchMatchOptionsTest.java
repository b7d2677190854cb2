package org.diffsynth.match;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.diffsynth.match.PatchMatchOptions.SearchSchedule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PatchMatchOptionsTest {

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 4, 64, 65, -5})
  void patchSizes_evenOrOutOfRange_namesRuleAndValue(int size) {
    assertThatThrownBy(() -> PatchMatchOptions.DEFAULT.withPatchSizes(size))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("patchSize must be odd and in [3, 63], but was " + size);
  }

  @Test
  void patchSizes_noneOrGrowing_areRefused() {
    assertThatThrownBy(PatchMatchOptions.DEFAULT::withPatchSizes)
        .hasMessage("patchSizes must have 1 to 32 entries, but had 0");
    assertThatThrownBy(() -> PatchMatchOptions.DEFAULT.withPatchSizes(5, 7))
        .hasMessage("patchSizes must not grow from iteration to iteration, but were [5, 7]");
  }

  @ParameterizedTest
  @ValueSource(floats = {-0.1f, Float.NaN, Float.POSITIVE_INFINITY})
  void guideWeight_negativeOrNotFinite_isRefused(float weight) {
    assertThatThrownBy(() -> PatchMatchOptions.DEFAULT.withGuideWeight(weight))
        .hasMessage("guideWeight must be finite and at least 0, but was " + weight);
  }

  @Test
  void probes_outOfRange_areRefused() {
    assertThatThrownBy(() -> PatchMatchOptions.DEFAULT.withRandomProbes(17, 8))
        .hasMessage("randomProbes must be in [0, 16], but was 17");
    assertThatThrownBy(() -> PatchMatchOptions.DEFAULT.withRandomProbes(3, 0))
        .hasMessage("probeRadius must be in [1, 1024], but was 0");
  }

  @Test
  void with_oneValue_keepsTheOthers() {
    PatchMatchOptions options =
        PatchMatchOptions.PUBLISHED.withSeed(7).withGuideWeight(3).withRandomProbes(1, 2);

    assertThat(options.patchSizes()).containsExactly(13, 11, 9, 7, 5);
    assertThat(options.schedule()).isEqualTo(SearchSchedule.PUBLISHED);
    assertThat(options.seed()).isEqualTo(7);
    assertThat(options.largestPatch()).isEqualTo(13);
    assertThat(options.smallestPatch()).isEqualTo(5);
  }
}
