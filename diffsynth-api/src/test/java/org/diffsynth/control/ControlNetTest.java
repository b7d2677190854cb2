package org.diffsynth.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ControlNetTest {

  private static final ControlNet NET = ControlNet.of("depth", Path.of("control-depth"));

  private static long stepsRun(ControlNet net, int steps) {
    return IntStream.range(0, steps).filter(step -> net.runsAt(step, steps)).count();
  }

  @Test
  void runsAt_wholeRun_everyStep() {
    assertThat(stepsRun(NET, 1)).isEqualTo(1);
    assertThat(stepsRun(NET, 20)).isEqualTo(20);
  }

  @Test
  void runsAt_partOfTheRun_stepsThatLieInItWholly() {
    ControlNet middle = NET.withRange(0.1, 0.3);

    assertThat(IntStream.range(0, 10).filter(step -> middle.runsAt(step, 10)))
        .containsExactly(1, 2);
    assertThat(IntStream.range(0, 7).filter(step -> middle.runsAt(step, 7))).containsExactly(1);
    assertThat(stepsRun(NET.withRange(0, 0.5), 5)).isEqualTo(2);
    for (int steps = 1; steps < 60; steps++) {
      assertThat(stepsRun(NET.withRange(0, 0.3), steps) + stepsRun(NET.withRange(0.3, 1), steps))
          .isBetween(steps - 1L, (long) steps);
    }
  }

  @Test
  void runsAt_scaleZero_never() {
    assertThat(stepsRun(NET.withScale(0), 20)).isZero();
  }

  @Test
  void settings_outOfRange_areRefusedWithTheRule() {
    assertThatThrownBy(() -> NET.withScale(-1))
        .hasMessage("scale must be in [0, 10.0], but was -1.0");
    assertThatThrownBy(() -> NET.withScale(Float.NaN)).hasMessageContaining("was NaN");
    assertThatThrownBy(() -> NET.withRange(0.5, 0.4))
        .hasMessage("start must be in [0, 1] and end in [start, 1], but were 0.5 and 0.4");
    assertThatThrownBy(() -> ControlNet.of(" ", Path.of("x"))).hasMessage("name must not be blank");
  }

  @Test
  void of_signalThatShowsTheInput_hasItsAnnotator() {
    assertThat(ControlNet.of("tile", Path.of("x")).annotator()).contains(Annotator.IDENTITY);
    for (String name : List.of("depth", "openpose", "normal", "shuffle", "mine")) {
      assertThat(ControlNet.of(name, Path.of("x")).annotator()).as(name).isEmpty();
    }
  }
}
