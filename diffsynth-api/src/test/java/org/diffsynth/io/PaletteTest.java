package org.diffsynth.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.util.List;
import java.util.Random;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Video;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PaletteTest {

  private static final int SIDE = 40;

  /** Colours around a mean, correlated as the mixing of three random numbers says. */
  private static Frame cloud(long seed, double[] mean, double[] mixing) {
    Random random = new Random(seed);
    float[] samples = new float[SIDE * SIDE * 3];
    for (int i = 0; i < samples.length; i += 3) {
      double[] n = {random.nextGaussian(), random.nextGaussian(), random.nextGaussian()};
      for (int c = 0; c < 3; c++) {
        double value = mean[c];
        for (int k = 0; k < 3; k++) {
          value += mixing[c * 3 + k] * n[k];
        }
        samples[i + c] = (float) Math.min(Math.max(value, 0), 1);
      }
    }
    return Frame.ofFloat(SIDE, SIDE, samples);
  }

  private static final Frame WARM =
      cloud(1, new double[] {.6, .45, .3}, new double[] {.08, 0, 0, .05, .03, 0, .01, .02, .04});
  private static final Frame COLD =
      cloud(2, new double[] {.3, .4, .6}, new double[] {.04, 0, .01, .02, .05, 0, .03, 0, .06});

  private static Palette palette(Frame... frames) throws IOException {
    try (FrameSource source = Video.of(List.of(frames), FrameRate.DEFAULT).open()) {
      return Palette.of(source);
    }
  }

  @Test
  void of_twoColours_hasTheirMeanAndCovariance() throws IOException {
    Frame dark = Frame.ofFloat(1, 1, new float[] {0.2f, 0.4f, 0.5f});
    Frame bright = Frame.ofFloat(1, 1, new float[] {0.6f, 0.4f, 0.3f});
    Palette palette = palette(dark, bright);
    assertThat(palette.mean()).containsExactly(new double[] {0.4, 0.4, 0.4}, within(1e-7));
    assertThat(palette.covariance())
        .containsExactly(new double[] {.04, 0, -.02, 0, 0, 0, -.02, 0, .01}, within(1e-7));
    assertThat(palette).hasToString("Palette[0.40 0.40 0.40]");
  }

  @ParameterizedTest
  @EnumSource(Frame.Depth.class)
  void transferTo_otherClip_givesItsMeanAndCovariance(Frame.Depth depth) throws IOException {
    Palette cold = palette(COLD);
    Frame changed = palette(WARM).transferTo(cold).apply(WARM.as(depth));
    assertThat(changed.depth()).isEqualTo(depth);
    Palette result = palette(changed);
    assertThat(result.mean()).containsExactly(cold.mean(), within(2e-3));
    assertThat(result.covariance()).containsExactly(cold.covariance(), within(1.5e-4));
  }

  @Test
  void transferTo_itself_changesNothing() throws IOException {
    Palette warm = palette(WARM);
    assertThat(warm.transferTo(warm).apply(WARM.as(Frame.Depth.UINT8)))
        .isEqualTo(WARM.as(Frame.Depth.UINT8));
  }

  /** Without a limit, the noise of a grey picture would become strong colours. */
  @Test
  void transferTo_fromGrey_doesNotBlowUpNoise() throws IOException {
    byte[] grey = new byte[SIDE * SIDE * 3];
    for (int i = 0; i < grey.length; i++) {
      grey[i] = (byte) (127 + (i / 3 * 7 + i % 3) % 2);
    }
    Frame frame = Frame.ofRgb8(SIDE, SIDE, grey);
    byte[] changed = palette(frame).transferTo(palette(COLD)).apply(frame).toRgb8();
    for (int i = 3; i < changed.length; i++) {
      assertThat(Math.abs((changed[i] & 0xFF) - (changed[i - 3] & 0xFF))).isLessThanOrEqualTo(5);
    }
  }

  @Test
  void changedBy_transfer_isThePaletteOfChangedPictures() throws IOException {
    Palette warm = palette(WARM);
    Palette.Transfer transfer = warm.transferTo(palette(COLD));
    Palette expected = palette(transfer.apply(WARM));
    Palette actual = warm.changedBy(transfer);
    assertThat(actual.mean()).containsExactly(expected.mean(), within(1e-3));
    assertThat(actual.covariance()).containsExactly(expected.covariance(), within(1e-3));
    assertThat(Palette.of(actual.mean(), actual.covariance())).isEqualTo(actual);
  }

  @Test
  void of_wrongValues_saysWhich() {
    double[] mean = {.5, .5, .5};
    double[] covariance = {.1, 0, 0, 0, .1, 0, 0, 0, .1};
    assertThatThrownBy(() -> Palette.of(new double[] {.5, .5}, covariance))
        .hasMessage("mean must have 3 values, but had 2");
    assertThatThrownBy(() -> Palette.of(new double[] {.5, Double.NaN, .5}, covariance))
        .hasMessage("mean must be in [0, 1], but was NaN");
    assertThatThrownBy(() -> Palette.of(mean, new double[] {.1, .01, 0, 0, .1, 0, 0, 0, .1}))
        .hasMessageStartingWith("covariance must be symmetric");
    assertThatThrownBy(() -> Palette.of(mean, new double[] {-.1, 0, 0, 0, .1, 0, 0, 0, .1}))
        .hasMessageStartingWith("covariance must be in [-1, 1], on its diagonal in [0, 1]");
    assertThatThrownBy(() -> new Palette.Collector().palette())
        .isInstanceOf(IllegalStateException.class);
  }
}
