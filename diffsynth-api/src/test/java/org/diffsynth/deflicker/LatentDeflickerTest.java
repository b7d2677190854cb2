package org.diffsynth.deflicker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class LatentDeflickerTest {

  private static final Deflicker DEFLICKER = PatchBlending.fast(3);

  @Test
  void steps_everyFifth_startWithTheFirst() {
    assertThat(LatentDeflicker.every(5).of(20)).containsExactly(0, 5, 10, 15);
    assertThat(LatentDeflicker.every(1).of(3)).containsExactly(0, 1, 2);
  }

  @Test
  void steps_exceptLast_leavesTheLastStepsAlone() {
    assertThat(LatentDeflicker.every(1).withSkipLast(1).of(4)).containsExactly(0, 1, 2);
    assertThat(LatentDeflicker.every(5).withSkipLast(1).of(21)).containsExactly(0, 5, 10, 15);
    assertThat(LatentDeflicker.every(5).withSkipLast(30).of(21)).isEmpty();
    assertThat(LatentDeflicker.atSteps(1, 3).withSkipLast(1).of(4)).containsExactly(1);
  }

  @Test
  void steps_listedBeyondTheRun_areRefused() {
    assertThat(LatentDeflicker.atSteps(19, 4, 4).of(20)).containsExactly(4, 19);
    assertThatThrownBy(() -> LatentDeflicker.atSteps(4, 20).of(20))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("step 20 cannot be deflickered: the run takes 20 steps, counted from 0");
  }

  @Test
  void andFinal_afterToneInTheLoop_addsNoToneAtTheEnd() {
    LatentDeflicker deflicker =
        LatentDeflicker.every(5)
            .then(DEFLICKER)
            .withContrast(1.5f)
            .withSharpness(5)
            .withFinalPass();

    assertThat(deflicker.inLoop()).isEqualTo(new LatentDeflicker.Pass(DEFLICKER, 1.5f, 5));
    assertThat(deflicker.atEnd()).contains(new LatentDeflicker.Pass(DEFLICKER, 1, 1));
    assertThat(LatentDeflicker.onlyFinal(DEFLICKER).steps().of(20)).isEmpty();
  }

  @Test
  void settings_outOfRange_areRefusedWithTheRule() {
    assertThatThrownBy(() -> LatentDeflicker.every(0))
        .hasMessage("interval must be at least 1, but was 0");
    assertThatThrownBy(() -> LatentDeflicker.atSteps(-1))
        .hasMessage("step must be at least 0, but was -1");
    assertThatThrownBy(() -> LatentDeflicker.every(1).then(DEFLICKER).withContrast(Float.NaN))
        .hasMessage("contrast must be in [0, 10], but was NaN");
    assertThatThrownBy(() -> LatentDeflicker.every(1).then(DEFLICKER).withSharpness(-1))
        .hasMessage("sharpness must be in [0, 10], but was -1.0");
  }
}
