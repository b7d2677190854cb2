package org.diffsynth.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class InitialNoiseTest {

  @Test
  void latents_fewSamples_areThoseOfAnIndependentImplementation() {
    // Written down from the documented generator in Python.
    assertThat(InitialNoise.seeded(0).firstFrame(1, 2, 2).toArray())
        .containsExactly(-0.45275775f, 0.20776604f, 2.650606f, -0.49042282f);
    assertThat(InitialNoise.seeded(-1).firstFrame(1, 2, 2).toArray())
        .containsExactly(0.40389818f, -0.24716993f, -1.5578115f, 0.7785845f);
  }

  @Test
  void latents_manySamples_areGaussianAndUncorrelated() {
    Latents noise = InitialNoise.seeded(1).firstFrame(4, 256, 256);
    float[] samples = noise.toArray();
    double mean = 0;
    double square = 0;
    double fourth = 0;
    double neighbour = 0;
    for (int i = 0; i < samples.length; i++) {
      double x = samples[i];
      mean += x / samples.length;
      square += x * x / samples.length;
      fourth += x * x * x * x / samples.length;
      neighbour += x * samples[(i + 1) % samples.length] / samples.length;
    }

    // Five standard errors of 262144 samples.
    assertThat(mean).isCloseTo(0, within(0.01));
    assertThat(square).isCloseTo(1, within(0.014));
    assertThat(fourth).isCloseTo(3, within(0.1));
    assertThat(neighbour).isCloseTo(0, within(0.01));
    assertThat(noise.firstNotFinite()).isEqualTo(-1);
  }

  @Test
  void latents_oddNumberOfSamples_areABeginningOfMore() {
    float[] three = InitialNoise.seeded(9).firstFrame(1, 1, 3).toArray();
    float[] four = InitialNoise.seeded(9).firstFrame(1, 1, 4).toArray();

    assertThat(three).containsExactly(Arrays.copyOf(four, 3));
  }

  @Test
  void latents_given_areHandedOutForTheirShapeOnly() {
    Latents given = InitialNoise.seeded(2).firstFrame(4, 3, 2);
    InitialNoise noise = InitialNoise.shared(given);

    assertThat(noise.firstFrame(4, 3, 2)).isEqualTo(given);
    assertThatThrownBy(() -> noise.firstFrame(4, 2, 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("(1, 4, 2, 3)")
        .hasMessageContaining("(1, 4, 3, 2)");
    assertThatThrownBy(() -> InitialNoise.shared(given.repeat(2)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void forFrames_sharedOrPerFrame_givesEachFrameItsNoise() {
    Latents first = InitialNoise.seeded(3).firstFrame(4, 3, 4);
    Latents two = Latents.concat(List.of(first, InitialNoise.seeded(4).firstFrame(4, 3, 4)));

    assertThat(InitialNoise.seeded(3).forFrames(2, 4, 3, 4)).isEqualTo(first.repeat(2));
    assertThat(InitialNoise.perFrame(two).forFrames(2, 4, 3, 4)).isEqualTo(two);
    assertThat(InitialNoise.perFrame(two).firstFrame(4, 3, 4)).isEqualTo(first);
    assertThatThrownBy(() -> InitialNoise.perFrame(two).forFrames(3, 4, 3, 4))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("each of 3 frames")
        .hasMessageContaining("(2, 4, 3, 4)");
    assertThatThrownBy(() -> InitialNoise.perFrame(two).forFrames(2, 4, 4, 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("(2, 4, 4, 3)");
  }
}
