package org.diffsynth.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FrameRateTest {

  @ParameterizedTest
  @CsvSource({
    "25, 25, 1", "29.97, 30000, 1001", "23.976, 24000, 1001", "59.94, 60000, 1001",
    "30000/1001, 30000, 1001", "12.5, 25, 2", "50/2, 25, 1", "24.0, 24, 1"
  })
  void parse_usualSpellings_givesTheExactRate(String text, int numerator, int denominator) {
    assertThat(FrameRate.parse(text)).isEqualTo(new FrameRate(numerator, denominator));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "fast", "25fps", "1/0", "0", "-3", "1e99"})
  void parse_noRate_isRefused(String text) {
    assertThatThrownBy(() -> FrameRate.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void toString_roundTrips() {
    assertThat(FrameRate.parse("30000/1001")).hasToString("30000/1001");
    assertThat(FrameRate.of(24)).hasToString("24");
  }
}
