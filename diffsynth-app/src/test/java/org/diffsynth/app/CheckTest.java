package org.diffsynth.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckTest {

  @TempDir private Path folder;

  @Test
  void check_withoutAModel_runsTheOneInside() {
    Outcomes.Outcome outcome =
        Outcomes.run("check", "--size", "64x64", "--control", "tile", "--device", "cpu");
    Outcomes.assertDone(outcome);
    assertThat(outcome.out())
        .contains("quickstart, inside the app")
        .containsPattern("predicts +v.*4 channels at 1/8")
        .containsPattern("with controls +[0-9.]+ s with \\[tile\\]")
        .containsPattern("one frame +about [0-9.]+ s with 20 steps");
  }

  @Test
  void check_ofAModelOfTheUser_runsIt() {
    Outcomes.Outcome outcome = Outcomes.run("check", TaskInputs.TINY_SD, "--size", "64x64");
    Outcomes.assertDone(outcome);
    assertThat(outcome.out()).contains(TaskInputs.TINY_SD.toString()).contains("a step");
  }

  @Test
  void check_wrongUse_saysWhatToDo() {
    Outcomes.assertWrongUse(
        Outcomes.run("check", TaskInputs.TINY_SD, "--control", "tile"), "--control tile=PATH");
    Outcomes.assertWrongUse(Outcomes.run("check", "--size", "65x64"), "multiples of 8");
    Outcomes.assertFails(Outcomes.run("check", folder.resolve("none")), "none");
  }
}
