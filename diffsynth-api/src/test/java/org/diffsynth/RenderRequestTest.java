package org.diffsynth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.diffsynth.deflicker.LatentDeflicker;
import org.diffsynth.diffusion.CrossFrameAttention;
import org.diffsynth.diffusion.StepListener.StepReport;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.testkit.FakeDiffusionBackend;
import org.diffsynth.testkit.TestFrames;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RenderRequestTest {

  private static final RenderRequest REQUEST = RenderRequest.of("a secret prompt");

  @Test
  void settings_outOfRange_areRefusedWithTheRule() {
    assertThatThrownBy(() -> REQUEST.withSteps(0))
        .hasMessage("steps must be in [1, 1000], but was 0");
    assertThatThrownBy(() -> REQUEST.withStrength(0))
        .hasMessage("strength must be in (0, 1], but was 0.0");
    assertThatThrownBy(() -> REQUEST.withGuidanceScale(Double.NaN))
        .hasMessage("guidanceScale must be in [1, 100], but was NaN");
    assertThatThrownBy(() -> REQUEST.withSize(0, 8))
        .hasMessage("width and height must be at least 1, but were 0x8");
  }

  @Test
  void toString_prompts_areNotInIt() {
    assertThat(REQUEST.withNegativePrompt("another secret").toString()).doesNotContain("secret");
  }

  @Test
  void with_everySetting_keepsTheOthers() {
    RenderRequest request =
        REQUEST
            .withNegativePrompt("n")
            .withSteps(9)
            .withGuidanceScale(3)
            .withStrength(0.5)
            .withSeed(4)
            .withSize(16, 8);

    assertThat(request.guidance().prompt()).isEqualTo("a secret prompt");
    assertThat(request.guidance().negativePrompt()).isEqualTo("n");
    assertThat(request.sampling().steps()).hasValue(9);
    assertThat(request.guidance().scale()).hasValue(3);
    assertThat(request.sampling().strength()).hasValue(0.5);
    assertThat(request.size()).contains(new FrameSize(16, 8));
    assertThat(request)
        .isEqualTo(
            REQUEST
                .withSize(16, 8)
                .withSeed(4)
                .withStrength(0.5)
                .withGuidanceScale(3)
                .withSteps(9)
                .withNegativePrompt("n"));
  }

  @ParameterizedTest
  @EnumSource
  void preset_leftOpenByTheRequest_setsStepsAndStrength(Preset preset) throws IOException {
    List<StepReport> reports = new ArrayList<>();
    RenderRequest request = REQUEST.withGuidanceScale(2);
    Pipeline.Builder builder =
        Pipeline.builder(preset)
            .model(Path.of("fake"))
            .provider(FakeDiffusionBackend.plain().provider())
            .crossFrameAttention(CrossFrameAttention.NONE)
            .deflicker(LatentDeflicker.NONE)
            .listener(reports::add);
    try (Pipeline pipeline = builder.build()) {
      pipeline.render(TestFrames.pan(2, 8, 8, 1, 0, 1), request);
    }

    // The paper's code restores with 10 steps at strength 0.3, of which 3 are run.
    assertThat(reports)
        .hasSize(preset == Preset.VIDEO_RESTORING ? 3 : preset.sampling().steps().orElseThrow());
    if (preset != Preset.PLAIN) {
      assertThat(preset.deflicker().steps().of(reports.size())).isNotEmpty();
    }
  }
}
