package org.diffsynth.match;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class QuantizedLatentsTest {

  @Test
  void of_channelsOneAfterTheOther_liesPixelByPixelInSteps() {
    float[] samples = {0f, 1f, -1f, 0.5f, 0.3f, -9f, 9f, 1 / 48f};

    assertThat(QuantizedLatents.of(1, 2, samples).toBytes())
        .containsExactly(0, -24, 7, 127, 24, 12, -128, 0);
  }

  @Test
  void of_notFinite_namesWhere() {
    float[] samples = new float[4 * 2 * 3];
    samples[6 + 5] = Float.NaN;

    assertThatThrownBy(() -> QuantizedLatents.of(2, 3, samples))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("latents must be finite, was NaN in channel 1 at (2, 1)");
  }

  @Test
  void ofBytes_wrongLength_namesBoth() {
    assertThatThrownBy(() -> QuantizedLatents.ofBytes(2, 3, new byte[25]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("latents of shape (4, 2, 3) have 24 samples, got 25");
    assertThatThrownBy(() -> QuantizedLatents.ofBytes(0, 3, new byte[0]))
        .hasMessage("height and width must be in [1, 65535], were 0 and 3");
  }

  @Test
  void bytes_changedOutside_staySame() {
    byte[] samples = {1, 2, 3, 4};
    QuantizedLatents latents = QuantizedLatents.ofBytes(1, 1, samples);
    samples[0] = 9;
    latents.toBytes()[1] = 9;

    assertThat(latents).isEqualTo(QuantizedLatents.ofBytes(1, 1, new byte[] {1, 2, 3, 4}));
    assertThat(latents).isNotEqualTo(QuantizedLatents.ofBytes(1, 1, samples));
  }
}
