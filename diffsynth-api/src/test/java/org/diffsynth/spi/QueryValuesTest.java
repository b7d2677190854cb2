package org.diffsynth.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.control.ControlNet;
import org.diffsynth.diffusion.Embedding;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.diffusion.NoiseSchedule;
import org.diffsynth.diffusion.Prediction;
import org.diffsynth.spi.UnetInput.Conditioning;
import org.diffsynth.spi.UnetInput.ControlInput;
import org.diffsynth.spi.UnetInput.KeyValueRows;
import org.diffsynth.testkit.TestFrames;
import org.junit.jupiter.api.Test;

class QueryValuesTest {

  private static final Latents SAMPLE = Latents.of(2, 1, 2, 2, new float[8]);
  private static final Conditioning TEXT =
      new Conditioning(Embedding.of(3, 1, new float[3]), false);

  @Test
  void keyValueRows_entriesOutOfRange_areRefused() {
    assertThatThrownBy(() -> KeyValueRows.of(new int[][] {{0}, {2}}, -1))
        .hasMessage("row 1 must attend to rows in [-1, 2), but was 2");
    assertThatThrownBy(() -> KeyValueRows.of(new int[][] {{0}, {-2}}, -1))
        .hasMessageContaining("was -2");
    assertThatThrownBy(() -> KeyValueRows.of(new int[][] {{0, 0}, {1}}, -1))
        .hasMessageContaining("row 0 attends to 2 and row 1 to 1");
    assertThatThrownBy(() -> KeyValueRows.of(new int[][] {{0}, {1}}, 2))
        .hasMessage("cachedRow must be in [-1, 2), but was 2");
    assertThatThrownBy(() -> KeyValueRows.of(new int[0][], -1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void keyValueRows_callersArrayChanges_keepsWhatWasGiven() {
    int[][] given = {{0}, {KeyValueRows.CACHED}};
    KeyValueRows rows = KeyValueRows.of(given, 1);
    given[0][0] = 1;

    assertThat(rows.get(0, 0)).isZero();
    assertThat(rows.usesCached()).isTrue();
    assertThat(rows).isEqualTo(KeyValueRows.of(new int[][] {{0}, {-1}}, 1));
    assertThat(rows).isNotEqualTo(KeyValueRows.of(new int[][] {{0}, {-1}}, 0));
    assertThat(KeyValueRows.SELF.isSelf()).isTrue();
    assertThat(KeyValueRows.SELF.usesCached()).isFalse();
  }

  @Test
  void noiseQuery_partsThatDoNotFit_areRefusedWithBothFigures() {
    assertThatThrownBy(
            () ->
                new UnetInput(
                    SAMPLE, 1, List.of(TEXT), KeyValueRows.of(new int[][] {{0}}, -1), List.of()))
        .hasMessage("attention must have one row per frame, but had 1 for 2 frames");
    assertThatThrownBy(
            () ->
                new UnetInput(
                    SAMPLE,
                    1,
                    List.of(TEXT),
                    KeyValueRows.SELF,
                    List.of(new ControlInput("edges", List.of(TestFrames.plain(4, 4, 1)), 1))))
        .hasMessage("ControlNet 'edges' must have one picture per frame, but had 1 for 2 frames");
    Conditioning longer = new Conditioning(Embedding.of(4, 1, new float[4]), true);
    assertThatThrownBy(
            () -> new UnetInput(SAMPLE, 1, List.of(longer, TEXT), KeyValueRows.SELF, List.of()))
        .hasMessage("all conditionings must have the same number of tokens, but had 4 and 3");
    assertThatThrownBy(() -> new UnetInput(SAMPLE, 1, List.of(), KeyValueRows.SELF, List.of()))
        .hasMessage("conditionings must not be empty");
  }

  @Test
  void controlInput_scaleZero_isRefused() {
    assertThatThrownBy(() -> new ControlInput("edges", List.of(), 0))
        .hasMessage("scale must be above 0, but was 0.0");
  }

  @Test
  void diffusionSettings_outOfRange_areRefused() {
    DiffusionSettings settings = DiffusionSettings.of(Path.of("model"));
    ControlNet net = ControlNet.of("edges", Path.of("edges"));
    assertThatThrownBy(() -> settings.withControlNets(List.of(net, net)))
        .hasMessage("duplicate ControlNet name 'edges'");
    assertThatThrownBy(() -> ComputeOptions.AUTO.withThreads(0))
        .hasMessage("threads must be at least 1, but was 0");
    assertThatThrownBy(() -> settings.withClipSkip(0)).hasMessageContaining("clipSkip");
    assertThat(
            settings
                .withCompute(ComputeOptions.AUTO.withDevice("cuda"))
                .withClipSkip(2)
                .compute()
                .device())
        .isEqualTo("cuda");
  }

  @Test
  void modelDescription_sizesThatDoNotFit_areRefused() {
    assertThatThrownBy(
            () ->
                new ModelDescription(
                    "m", 4, 8, 12, 1, NoiseSchedule.STABLE_DIFFUSION, Prediction.Type.EPSILON))
        .hasMessage("sizeMultiple must be a multiple of vaeScaleFactor 8, but was 12");
  }
}
