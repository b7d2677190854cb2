package org.diffsynth.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.diffsynth.diffusion.Scheduler.TimestepSpacing;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every scheduler, and each against its own formula. */
class SchedulerTest {

  private static final NoiseSchedule SCHEDULE = NoiseSchedule.STABLE_DIFFUSION;

  static List<Scheduler> schedulers() {
    return List.of(
        Scheduler.ddim(TimestepSpacing.LEADING),
        Scheduler.ddim(TimestepSpacing.LINSPACE_ALL_STEPS),
        Scheduler.ddim(TimestepSpacing.TRAILING),
        Scheduler.euler(TimestepSpacing.LINSPACE),
        Scheduler.euler(TimestepSpacing.KARRAS),
        Scheduler.dpmSolver(TimestepSpacing.LINSPACE),
        Scheduler.dpmSolver(TimestepSpacing.KARRAS),
        Scheduler.tcd(0));
  }

  @ParameterizedTest
  @MethodSource("schedulers")
  void levels_anySteps_fallFromNoiseToPicture(Scheduler scheduler) {
    for (int steps : new int[] {1, 2, 7, 20, 50}) {
      for (double strength : new double[] {1, 0.6}) {
        if (steps > 20 && scheduler.equals(Scheduler.tcd(0))) {
          continue; // at most 30 of its 50 timesteps at strength 0.6
        }
        if (steps * strength < 1
            && !scheduler.equals(Scheduler.ddim(TimestepSpacing.LINSPACE_ALL_STEPS))) {
          continue;
        }
        List<NoiseLevel> levels = scheduler.levels(SCHEDULE, steps, strength);
        for (int i = 1; i < levels.size(); i++) {
          assertThat(levels.get(i).alphaCumprod())
              .as("level %d of %s", i, levels)
              .isGreaterThanOrEqualTo(levels.get(i - 1).alphaCumprod());
        }
        assertThat(levels.get(levels.size() - 1).alphaCumprod()).isGreaterThan(0.999);
      }
    }
  }

  /** When the model knows the picture, every scheduler must arrive at it. */
  @ParameterizedTest
  @MethodSource("schedulers")
  void step_perfectPrediction_staysOnThePathToThePicture(Scheduler scheduler) {
    Latents picture = InitialNoise.seeded(1).firstFrame(4, 3, 5);
    Latents noise = InitialNoise.seeded(2).firstFrame(4, 3, 5);
    List<NoiseLevel> levels = scheduler.levels(SCHEDULE, 9, 1);
    Latents x = levels.get(0).addNoise(picture, noise);
    Prediction previous = null;
    for (int i = 0; i < levels.size() - 1; i++) {
      Prediction prediction = new Prediction(picture, levels.get(i).returnToTimestep(x, picture));
      x = scheduler.step(levels, i, prediction, previous);
      previous = prediction;
      assertClose(x, levels.get(i + 1).addNoise(picture, noise), 2e-5);
    }
  }

  /** A Gaussian picture has a known flow: x/√ᾱ scales with √(1 + σ²) when its variance is 1. */
  @Test
  void step_gaussianModel_secondOrderComesCloserToTheExactFlow() {
    double euler = gaussianError(Scheduler.euler(TimestepSpacing.KARRAS), 20);
    double solver = gaussianError(Scheduler.dpmSolver(TimestepSpacing.KARRAS), 20);
    double solverTwice = gaussianError(Scheduler.dpmSolver(TimestepSpacing.KARRAS), 40);

    assertThat(solver).isLessThan(euler / 3);
    // Second order: half the step, a quarter of the error; the last step is of first order.
    assertThat(solverTwice).isLessThan(solver / 2.5);
  }

  /** With data of variance s² = 0.25 the best x̂₀ of x is √ᾱ·s²·x / (ᾱ·s² + 1 − ᾱ). */
  private static double gaussianError(Scheduler scheduler, int steps) {
    double variance = 0.25;
    List<NoiseLevel> levels = scheduler.levels(SCHEDULE, steps, 1);
    Latents x = Latents.of(1, 1, 1, 1, new float[] {1});
    Prediction previous = null;
    // Up to the level before the last: the end is clean, where all solvers make the same step.
    for (int i = 0; i < levels.size() - 2; i++) {
      double alpha = levels.get(i).alphaCumprod();
      double share = Math.sqrt(alpha) * variance / (alpha * variance + 1 - alpha);
      Latents original = Latents.mix(share, x, 0, x);
      Prediction prediction = new Prediction(original, levels.get(i).returnToTimestep(x, original));
      x = scheduler.step(levels, i, prediction, previous);
      previous = prediction;
    }
    double start = levels.get(0).alphaCumprod();
    double end = levels.get(levels.size() - 2).alphaCumprod();
    double exact = Math.sqrt((end * variance + 1 - end) / (start * variance + 1 - start));
    return Math.abs(x.at(0, 0, 0, 0) - exact);
  }

  @Test
  void euler_anyPrediction_isEulersStepInSigma() {
    List<NoiseLevel> levels = Scheduler.euler(TimestepSpacing.LINSPACE).levels(SCHEDULE, 8, 1);
    float x = 0.7f;
    float epsilon = -0.4f;
    for (int i = 0; i < 8; i++) {
      NoiseLevel from = levels.get(i);
      NoiseLevel to = levels.get(i + 1);
      double next =
          to.signalRate()
              * (x / from.signalRate()
                  + epsilon
                      * (to.noiseRate() / to.signalRate() - from.noiseRate() / from.signalRate()));
      assertThat(
              (double) step(Scheduler.euler(TimestepSpacing.LINSPACE), levels, i, x, epsilon, null))
          .isCloseTo(next, within(1e-5));
    }
  }

  @Test
  void dpmSolver_anyPrediction_isTheStepOfThePaper() {
    List<NoiseLevel> levels = Scheduler.dpmSolver(TimestepSpacing.LINSPACE).levels(SCHEDULE, 8, 1);
    float x = 0.7f;
    float epsilon = -0.4f;
    float lastOriginal = 0.9f;
    Prediction previous = new Prediction(single(lastOriginal), single(0));
    for (int i = 1; i < 7; i++) {
      NoiseLevel from = levels.get(i);
      NoiseLevel to = levels.get(i + 1);
      double original = (x - from.noiseRate() * epsilon) / from.signalRate();
      double h = lambda(to) - lambda(from);
      double r = (lambda(from) - lambda(levels.get(i - 1))) / h;
      double d = (1 + 1 / (2 * r)) * original - 1 / (2 * r) * lastOriginal;
      double next =
          to.noiseRate() / from.noiseRate() * x - to.signalRate() * (Math.exp(-h) - 1) * d;
      assertThat(
              (double)
                  step(
                      Scheduler.dpmSolver(TimestepSpacing.LINSPACE),
                      levels,
                      i,
                      x,
                      epsilon,
                      previous))
          .as("step %d", i)
          .isCloseTo(next, within(1e-5 * (1 + Math.abs(next))));
    }
  }

  /** The timesteps of diffusers' DPMSolverMultistepScheduler. */
  @Test
  void dpmSolver_spacingsThatEndClean_leaveTheirLastTimestepOut() {
    assertThat(timesteps(TimestepSpacing.LINSPACE, 4, 1)).containsExactly(999f, 749f, 500f, 250f);
    assertThat(timesteps(TimestepSpacing.LINSPACE, 10, 0.3)).containsExactly(300f, 200f, 100f);
    assertThat(timesteps(TimestepSpacing.LEADING, 4, 1)).containsExactly(801f, 601f, 401f, 201f);
    assertThat(timesteps(TimestepSpacing.LINSPACE_ALL_STEPS, 4, 0.5))
        .containsExactly(499f, 374f, 250f, 125f);
    assertThat(timesteps(TimestepSpacing.TRAILING, 4, 1)).containsExactly(999f, 749f, 499f, 249f);
    assertThat(timesteps(TimestepSpacing.LINSPACE, 1000, 1)).hasSize(1000);
  }

  private static List<Float> timesteps(TimestepSpacing spacing, int steps, double strength) {
    List<NoiseLevel> levels = Scheduler.dpmSolver(spacing).levels(SCHEDULE, steps, strength);
    assertThat(levels.get(levels.size() - 1)).isEqualTo(NoiseLevel.CLEAN);
    return levels.subList(0, levels.size() - 1).stream().map(NoiseLevel::timestep).toList();
  }

  private static double lambda(NoiseLevel level) {
    return Math.log(level.signalRate() / level.noiseRate());
  }

  private static float step(
      Scheduler scheduler,
      List<NoiseLevel> levels,
      int index,
      float x,
      float epsilon,
      Prediction previous) {
    Prediction current =
        levels.get(index).predict(single(x), single(epsilon), Prediction.Type.EPSILON);
    return scheduler.step(levels, index, current, previous).at(0, 0, 0, 0);
  }

  private static Latents single(float value) {
    return Latents.of(1, 1, 1, 1, new float[] {value});
  }

  @ParameterizedTest
  @EnumSource
  void predict_bothTypes_describeTheSameSample(Prediction.Type type) {
    Latents x = InitialNoise.seeded(1).firstFrame(4, 3, 5);
    Latents output = InitialNoise.seeded(2).firstFrame(4, 3, 5);
    for (int t : new int[] {0, 1, 500, 999}) {
      NoiseLevel level = SCHEDULE.at(t);
      Prediction prediction = level.predict(x, output, type);
      assertClose(level.addNoise(prediction.predictedOriginal(), prediction.noise()), x, 1e-5);
      // v = √ᾱ·ε − √(1−ᾱ)·x̂₀ leads back to the same prediction.
      Latents v =
          Latents.mix(
              level.signalRate(),
              prediction.noise(),
              -level.noiseRate(),
              prediction.predictedOriginal());
      Prediction again = level.predict(x, v, Prediction.Type.V_PREDICTION);
      assertClose(again.noise(), prediction.noise(), 1e-4);
    }
  }

  @Test
  void changeOriginal_toItself_changesNothing() {
    Latents x = InitialNoise.seeded(1).firstFrame(4, 3, 5);
    NoiseLevel level = SCHEDULE.at(400);
    Prediction prediction =
        level.predict(x, InitialNoise.seeded(2).firstFrame(4, 3, 5), Prediction.Type.EPSILON);

    Prediction changed = level.changeOriginal(x, prediction.predictedOriginal());

    assertClose(changed.noise(), prediction.noise(), 1e-6);
  }

  @Test
  void zeroTerminalSnr_schedule_endsInNoiseAloneAndStartsAsBefore() {
    NoiseSchedule zero = SCHEDULE.withZeroTerminalSnr();

    assertThat(zero.alphaCumprod(999)).isZero();
    assertThat(zero.alphaCumprod(0)).isCloseTo(SCHEDULE.alphaCumprod(0), within(1e-15));
    for (int t = 1; t < 1000; t++) {
      assertThat(zero.alphaCumprod(t)).isLessThan(zero.alphaCumprod(t - 1));
    }
    List<NoiseLevel> levels = Scheduler.dpmSolver(TimestepSpacing.TRAILING).levels(zero, 5, 1);
    Latents x = InitialNoise.seeded(1).firstFrame(4, 3, 5);
    Prediction previous = null;
    for (int i = 0; i < 5; i++) {
      Prediction prediction = levels.get(i).predict(x, x, Prediction.Type.V_PREDICTION);
      x = Scheduler.dpmSolver(TimestepSpacing.TRAILING).step(levels, i, prediction, previous);
      previous = prediction;
      assertThat(x.firstNotFinite()).isEqualTo(-1);
    }
  }

  @Test
  void levels_karras_equalStepsInTheSeventhRoot() {
    List<NoiseLevel> levels = TimestepSpacing.KARRAS.levels(SCHEDULE, 5, 1, 0);
    double[] roots =
        levels.stream()
            .mapToDouble(level -> Math.pow(level.noiseRate() / level.signalRate(), 1 / 7.0))
            .toArray();
    for (int i = 1; i < 4; i++) {
      assertThat(roots[i] - roots[i + 1]).isCloseTo(roots[0] - roots[1], within(1e-9));
    }
    assertThat(levels.get(0).timestep()).isEqualTo(999);
    assertThat(levels.get(4).timestep()).isZero();
    // In between, the timestep is the one whose noise this is.
    int below = (int) levels.get(2).timestep();
    assertThat(levels.get(2).alphaCumprod())
        .isBetween(SCHEDULE.alphaCumprod(below + 1), SCHEDULE.alphaCumprod(below));
  }

  @Test
  void levels_settingsThatLeaveTheModel_areRefusedWithTheRule() {
    assertThatThrownBy(() -> Scheduler.ddim(TimestepSpacing.LEADING).levels(SCHEDULE, 1001, 1))
        .hasMessage("steps must be at most the model's 1000 timesteps, but was 1001");
    assertThatThrownBy(() -> Scheduler.ddim(TimestepSpacing.LEADING).levels(SCHEDULE, 1000, 1))
        .hasMessageContaining("offset 1");
    assertThatThrownBy(() -> Scheduler.ddim(TimestepSpacing.LEADING).levels(SCHEDULE, 4, 0.2))
        .hasMessageContaining("no step is left of 4 at strength 0.2");
    assertThatThrownBy(
            () -> Scheduler.ddim(TimestepSpacing.LINSPACE_ALL_STEPS).levels(SCHEDULE, 0, 1))
        .hasMessage("steps must be at least 1, but was 0");
    assertThatThrownBy(
            () ->
                Scheduler.ddim(TimestepSpacing.LINSPACE_ALL_STEPS).levels(SCHEDULE, 4, Double.NaN))
        .hasMessageContaining("strength must be in (0, 1]");
    assertThatThrownBy(
            () ->
                Scheduler.euler(TimestepSpacing.KARRAS)
                    .levels(SCHEDULE.withZeroTerminalSnr(), 4, 1))
        .hasMessageContaining("KARRAS");
  }

  private static void assertClose(Latents actual, Latents expected, double tolerance) {
    float[] found = actual.toArray();
    float[] wanted = expected.toArray();
    for (int i = 0; i < wanted.length; i++) {
      assertThat((double) found[i])
          .isCloseTo(wanted[i], within(tolerance * (1 + Math.abs(wanted[i]))));
    }
  }
}
