package org.diffsynth.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.diffsynth.golden.Npy;
import org.junit.jupiter.api.Test;

/** Schedulers of few-step models against an independent implementation of their papers. */
class ConsistencySchedulerTest {

  private static final NoiseSchedule SCHEDULE = NoiseSchedule.STABLE_DIFFUSION;
  private static final int SAMPLES = 6;

  /** One step, as golden/consistency.py writes it. */
  private record Row(Npy values) {
    double at(int index) {
      return values.values()[index];
    }

    Latents samples(int number) {
      float[] samples = new float[SAMPLES];
      for (int i = 0; i < SAMPLES; i++) {
        samples[i] = (float) at(SAMPLES + number * SAMPLES + i);
      }
      return Latents.of(1, 1, 1, SAMPLES, samples);
    }

    Scheduler scheduler() {
      return at(0) == 0 ? Scheduler.lcm() : Scheduler.tcd(rounded(at(1)));
    }

    /** Returns a decimal that was stored in single precision. */
    static double rounded(double value) {
      return Math.round(value * 100) / 100.0;
    }
  }

  @Test
  void steps_everyGoldenRun_visitItsTimestepsAndGiveItsLatents() {
    Npy golden = Npy.read("consistency");
    assertThat(golden.shape()[0]).isGreaterThan(40);
    for (int r = 0; r < golden.shape()[0]; r++) {
      Row row = new Row(golden.get(r));
      Scheduler scheduler = row.scheduler();
      List<NoiseLevel> levels = scheduler.levels(SCHEDULE, (int) row.at(2), Row.rounded(row.at(3)));
      int step = (int) row.at(4);
      assertThat(levels).hasSize((int) row.at(2) + 1);
      assertThat((double) levels.get(step).timestep()).isEqualTo(row.at(5));
      Prediction prediction =
          levels.get(step).predict(row.samples(0), row.samples(1), Prediction.Type.EPSILON);
      float[] result =
          scheduler.step(SCHEDULE, levels, step, prediction, null, row.samples(2)).toArray();
      float[] expected = row.samples(3).toArray();
      for (int i = 0; i < SAMPLES; i++) {
        double scale = Math.max(1, Math.abs(expected[i]));
        assertThat((double) result[i])
            .as("%s, step %d", scheduler, step)
            .isCloseTo(expected[i], within(1e-5 * scale));
      }
    }
  }

  @Test
  void levels_moreStepsThanTheDistillationHad_saysHowMany() {
    assertThatThrownBy(() -> Scheduler.lcm().levels(SCHEDULE, 51, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("steps must be at most 50")
        .hasMessageContaining("but was 51");
    assertThatThrownBy(() -> Scheduler.tcd(0.3).levels(SCHEDULE, 8, 0.1))
        .hasMessageContaining("steps must be at most 5");
    assertThat(Scheduler.lcm(100).levels(SCHEDULE, 100, 1)).hasSize(101);
    assertThatThrownBy(() -> Scheduler.tcd(1.5)).hasMessageContaining("eta must be in [0, 1]");
    assertThatThrownBy(() -> Scheduler.lcm(0)).hasMessageContaining("originalSteps");
  }

  @Test
  void noiseOfStep_everyStep_isNewAndGaussian() {
    InitialNoise noise = InitialNoise.seeded(5);
    Latents first = noise.ofStep(0, 4, 64, 64);
    assertThat(first).isEqualTo(InitialNoise.seeded(5).ofStep(0, 4, 64, 64));
    for (Latents other :
        List.of(
            noise.ofStep(1, 4, 64, 64),
            noise.firstFrame(4, 64, 64),
            InitialNoise.seeded(6).ofStep(0, 4, 64, 64),
            noise.independentFrames(2, 4, 64, 64).slice(1, 2))) {
      assertThat(Math.abs(correlation(first, other))).isLessThan(0.03);
    }
    assertThat(correlation(first, first)).isCloseTo(1, within(0.05));
  }

  private static double correlation(Latents a, Latents b) {
    float[] x = a.toArray();
    float[] y = b.toArray();
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += (double) x[i] * y[i];
    }
    assertThat(Arrays.equals(x, new float[x.length])).isFalse();
    return sum / x.length;
  }
}
