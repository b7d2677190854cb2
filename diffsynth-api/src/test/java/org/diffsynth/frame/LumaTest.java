package org.diffsynth.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class LumaTest {

  @Test
  void everyVariant_white_isFullScale() {
    assertThat(Luma.of(1, 1, 1)).isCloseTo(1f, within(1e-6f));
    assertThat(Luma.pillow(255, 255, 255)).isEqualTo(255);
    assertThat(Luma.openCv(255, 255, 255)).isEqualTo(255);
    assertThat(Luma.times256(255, 255, 255)).isEqualTo(255 * 256);
  }

  @Test
  void integerVariants_anyColour_areWithinTheirRoundingOfTheDefinition() {
    for (int red = 0; red < 256; red += 5) {
      for (int green = 0; green < 256; green += 5) {
        for (int blue = 0; blue < 256; blue += 5) {
          double luma = 0.299 * red + 0.587 * green + 0.114 * blue;
          assertThat((double) Luma.pillow(red, green, blue)).isCloseTo(luma, within(0.51));
          assertThat((double) Luma.openCv(red, green, blue)).isCloseTo(luma, within(0.51));
          assertThat(Luma.times256(red, green, blue) / 256.0).isCloseTo(luma, within(0.7));
        }
      }
    }
  }
}
