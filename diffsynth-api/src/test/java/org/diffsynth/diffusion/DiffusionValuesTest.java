package org.diffsynth.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.FloatBuffer;
import java.util.List;
import org.diffsynth.diffusion.CrossFrameAttention.FrameRef;
import org.junit.jupiter.api.Test;

class DiffusionValuesTest {

  private static Latents counting(int frames) {
    float[] samples = new float[frames * 2 * 3 * 4];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = i;
    }
    return Latents.of(frames, 2, 3, 4, samples);
  }

  @Test
  void latents_at_followsTheDocumentedOrder() {
    assertThat(counting(2).at(1, 1, 2, 3)).isEqualTo(47);
    assertThat(counting(2).at(0, 1, 0, 2)).isEqualTo(14);
  }

  @Test
  void latents_partsOfThem_areTheFramesAskedFor() {
    Latents three = counting(3);

    assertThat(three.select(2, 0, 2).at(0, 0, 0, 0)).isEqualTo(48);
    assertThat(three.select(2, 0, 2).at(1, 0, 0, 1)).isEqualTo(1);
    assertThat(three.slice(1, 3)).isEqualTo(three.select(1, 2));
    assertThat(Latents.concat(List.of(three.slice(0, 1), three.slice(1, 3)))).isEqualTo(three);
    assertThat(three.slice(1, 2).repeat(2)).isEqualTo(three.select(1, 1));
    assertThatThrownBy(() -> three.slice(1, 1)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void latents_arraysInAndOut_areCopies() {
    float[] samples = new float[24];
    Latents latents = Latents.of(1, 2, 3, 4, samples);
    samples[0] = 5;
    latents.toArray()[1] = 6;
    FloatBuffer buffer = FloatBuffer.allocate(25).put(9);
    latents.copyTo(buffer);

    assertThat(latents.toArray()).containsOnly(0);
    assertThat(buffer.position()).isEqualTo(25);
    assertThat(Latents.of(1, 2, 3, 4, buffer.flip().position(1))).isEqualTo(latents);
  }

  @Test
  void latents_mix_isComputedInDouble() {
    // In float 16777216 + 1 is 16777216.
    Latents big = Latents.of(1, 1, 1, 1, new float[] {16777216});
    Latents one = Latents.of(1, 1, 1, 1, new float[] {1});

    Latents mixed = Latents.mix(0.5, big, 1.5, one);

    assertThat(mixed.at(0, 0, 0, 0)).isEqualTo(8388609.5f);
    assertThatThrownBy(() -> Latents.mix(1, counting(1), 1, counting(2)))
        .hasMessage("latents must have one shape, but had (1, 2, 3, 4) and (2, 2, 3, 4)");
  }

  @Test
  void latents_notFinite_areFoundByFrame() {
    float[] samples = counting(3).toArray();
    samples[30] = Float.NEGATIVE_INFINITY;

    assertThat(counting(3).firstNotFinite()).isEqualTo(-1);
    assertThat(Latents.of(3, 2, 3, 4, samples).firstNotFinite()).isEqualTo(1);
  }

  @Test
  void latents_wrongLength_isRefusedWithBothFigures() {
    assertThatThrownBy(() -> Latents.of(1, 4, 2, 2, new float[15]))
        .hasMessage("latents of shape (1, 4, 2, 2) must have 16 samples, but got 15");
    assertThatThrownBy(() -> Embedding.of(77, 768, new float[1]))
        .hasMessageContaining("77 tokens of width 768 must have 59136 samples, but got 1");
  }

  @Test
  void crossFrameAttention_framesTheModeCannotTake_areRefused() {
    assertThatThrownBy(() -> CrossFrameAttention.gather(FrameRef.NEXT))
        .hasMessage("frames must be first, 0, -1 or references for GATHER, but one was 1");
    assertThatThrownBy(() -> CrossFrameAttention.gather())
        .hasMessageContaining("frames must not be empty for GATHER");
    assertThatThrownBy(() -> CrossFrameAttention.pattern(FrameRef.PREVIOUS, FrameRef.NEXT))
        .hasMessage("frames must contain 0, the frame itself, for GROUP, but was [-1, 1]");
    assertThatThrownBy(() -> CrossFrameAttention.joint(8, 9))
        .hasMessageContaining("stride in [1, window], but were [8, 9]");
    assertThatThrownBy(() -> CrossFrameAttention.joint(8, 4).withFrames(FrameRef.FIRST))
        .hasMessageContaining("frames must be references for JOINT, but one was first");
    assertThatThrownBy(() -> CrossFrameAttention.NONE.withFrames(FrameRef.SELF))
        .hasMessageContaining("NONE");
    assertThatThrownBy(() -> FrameRef.reference(-1))
        .hasMessage("reference must be in [0, 999], but was -1");
    assertThatThrownBy(() -> FrameRef.offset(Integer.MIN_VALUE))
        .hasMessageContaining("offset must be in [-100000, 100000]");
  }

  @Test
  void crossFrameAttention_described_namesItsFrames() {
    assertThat(
            CrossFrameAttention.pattern(
                    FrameRef.reference(2),
                    FrameRef.FIRST,
                    FrameRef.PREVIOUS,
                    FrameRef.SELF,
                    FrameRef.NEXT)
                .withInControlNets(false))
        .hasToString("GROUP[reference 2, first, -1, 0, 1] in the UNet only");
    assertThat(CrossFrameAttention.joint(16, 8)).hasToString("JOINT[] in windows of 16 every 8");
    assertThat(CrossFrameAttention.gather(FrameRef.reference(2)).references()).isEqualTo(3);
    assertThat(CrossFrameAttention.FIRST_AND_PREVIOUS.carries()).isTrue();
    assertThat(CrossFrameAttention.pattern(FrameRef.PREVIOUS, FrameRef.SELF).carries()).isFalse();
    assertThat(FrameRef.reference(7).number()).isEqualTo(7);
    assertThat(FrameRef.FIRST.kind()).isNotEqualTo(FrameRef.Kind.REFERENCE);
  }

  @Test
  void noiseSchedule_otherKinds_followTheirFormula() {
    NoiseSchedule linear = NoiseSchedule.linear(0.1, 0.3, 3);
    assertThat(linear.alphaCumprod(2)).isCloseTo(0.9 * 0.8 * 0.7, within(1e-15));
    NoiseSchedule given = NoiseSchedule.ofBetas(new double[] {0.5, 0.25});
    assertThat(given.alphaCumprod(1)).isEqualTo(0.375);
    assertThatThrownBy(() -> NoiseSchedule.ofBetas(new double[] {0.5, 0}))
        .hasMessage("beta must be in (0, 1], but was 0.0 at timestep 1");
    assertThatThrownBy(() -> NoiseSchedule.scaledLinear(0.2, 0.1, 10))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
