package org.diffsynth.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.diffsynth.diffusion.Scheduler.TimestepSpacing;
import org.diffsynth.golden.Npy;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Schedules and steps against arrays made with diffusers and with the authors' code. */
class SchedulerGoldenTest {

  private static final NoiseSchedule SCHEDULE = NoiseSchedule.STABLE_DIFFUSION;

  /** The golden arrays were computed in single precision from single precision products. */
  private static final double ABSOLUTE = 2e-6;

  private static final double RELATIVE = 1e-5;

  @Test
  void noiseSchedule_stableDiffusion_isTheGoldenOne() {
    Npy golden = Npy.read("alphas_cumprod");
    assertThat(SCHEDULE.timesteps()).isEqualTo(golden.values().length);
    for (int t = 0; t < golden.values().length; t++) {
      assertThat(SCHEDULE.alphaCumprod(t))
          .as("timestep %d", t)
          .isCloseTo(golden.values()[t], within(1e-6));
    }
  }

  @Test
  void addNoise_everyTimestep_isTheGoldenOne() {
    Npy golden = Npy.read("an_out");
    double[] timesteps = Npy.read("an_t").values();
    for (int i = 0; i < timesteps.length; i++) {
      golden
          .get(i)
          .check(
              SCHEDULE
                  .at((int) timesteps[i])
                  .addNoise(Npy.read("an_x0").latents(), Npy.read("an_noise").latents()),
              ABSOLUTE,
              RELATIVE);
    }
  }

  @TestFactory
  Stream<DynamicTest> levels_everyGoldenSetting_visitTheGoldenTimesteps() {
    String json = new String(Npy.bytes("timesteps.json"), StandardCharsets.UTF_8);
    Matcher entries = Pattern.compile("\"([^\"]+)\"\\s*:\\s*\\[([^\\]]*)\\]").matcher(json);
    List<DynamicTest> tests = new ArrayList<>();
    while (entries.find()) {
      String key = entries.group(1);
      List<Integer> expected =
          Arrays.stream(entries.group(2).split(","))
              .map(String::strip)
              .filter(text -> !text.isEmpty())
              .map(Integer::parseInt)
              .toList();
      tests.add(DynamicTest.dynamicTest(key, () -> checkTimesteps(key, expected)));
    }
    assertThat(tests).isNotEmpty();
    return tests.stream();
  }

  private static void checkTimesteps(String key, List<Integer> expected) {
    Matcher parts = Pattern.compile("(.+)/steps(\\d+)/strength([\\d.]+)").matcher(key);
    assertThat(parts.matches()).as(key).isTrue();
    TimestepSpacing spacing =
        switch (parts.group(1)) {
          case "diffsynth" -> TimestepSpacing.LINSPACE_ALL_STEPS;
          case "diffusers/leading" -> TimestepSpacing.LEADING;
          case "diffusers/trailing" -> TimestepSpacing.TRAILING;
          case "diffusers/linspace" -> TimestepSpacing.LINSPACE;
          default -> throw new IllegalArgumentException(key);
        };
    int steps = Integer.parseInt(parts.group(2));
    double strength = Double.parseDouble(parts.group(3));
    if (expected.isEmpty()) {
      assertThatThrownBy(() -> spacing.levels(SCHEDULE, steps, strength, 1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("no step is left");
    } else {
      assertThat(spacing.levels(SCHEDULE, steps, strength, 1))
          .extracting(level -> (int) level.timestep())
          .isEqualTo(expected);
    }
  }

  @Test
  void ddim_paperConvention_countsDownFrom999InEqualSteps() {
    assertThat(Scheduler.ddim(TimestepSpacing.TRAILING).levels(SCHEDULE, 20, 1))
        .extracting(NoiseLevel::timestep)
        .startsWith(999f, 949f, 899f)
        .endsWith(99f, 49f, 0f);
    assertThat(Scheduler.ddim(TimestepSpacing.TRAILING).levels(SCHEDULE, 10, 0.3))
        .extracting(NoiseLevel::timestep)
        .containsExactly(299f, 199f, 99f, 0f);
  }

  @Test
  void ddim_diffusersConvention_givesTheGoldenSteps() {
    double[] timesteps = Npy.read("st_diffusers_t").values();
    checkSteps(
        "diffusers",
        Scheduler.ddim(TimestepSpacing.LEADING),
        Scheduler.ddim(TimestepSpacing.LEADING).levels(SCHEDULE, timesteps.length, 1),
        timesteps);
  }

  @Test
  void ddim_authorsConvention_givesTheGoldenSteps() {
    double[] timesteps = Npy.read("st_diffsynth_t").values();
    double strength = (timesteps[0] + 1) / SCHEDULE.timesteps();
    List<NoiseLevel> levels =
        Scheduler.ddim(TimestepSpacing.LINSPACE_ALL_STEPS)
            .levels(SCHEDULE, timesteps.length, strength);
    checkSteps("diffsynth", Scheduler.ddim(TimestepSpacing.LINSPACE_ALL_STEPS), levels, timesteps);

    Npy returned = Npy.read("st_diffsynth_return_eps");
    Latents sample = Npy.read("st_xt").latents();
    for (int i = 0; i < timesteps.length; i++) {
      returned
          .get(i)
          .check(
              levels.get(i).returnToTimestep(sample, Npy.read("an_x0").latents()),
              ABSOLUTE,
              // At timestep 0 the golden 1 − ᾱ has lost four digits to single precision.
              5e-5);
    }
  }

  private static void checkSteps(
      String name, Scheduler scheduler, List<NoiseLevel> levels, double[] timesteps) {
    assertThat(levels).hasSize(timesteps.length + 1);
    Latents sample = Npy.read("st_xt").latents();
    Latents output = Npy.read("st_eps").latents();
    Npy originals = Npy.read("st_" + name + "_x0");
    Npy next = Npy.read("st_" + name + "_prev");
    for (int i = 0; i < timesteps.length; i++) {
      assertThat((double) levels.get(i).timestep()).isEqualTo(timesteps[i]);
      Prediction prediction = levels.get(i).predict(sample, output, Prediction.Type.EPSILON);
      originals.get(i).check(prediction.predictedOriginal(), ABSOLUTE, RELATIVE);
      next.get(i).check(scheduler.step(levels, i, prediction, null), ABSOLUTE, RELATIVE);
    }
  }
}
