package org.diffsynth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.diffsynth.testkit.LatentsDistance.assertClose;
import static org.diffsynth.testkit.LatentsDistance.largest;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.control.ControlNet;
import org.diffsynth.diffusion.ClipStart.DdimInversion;
import org.diffsynth.diffusion.CrossFrameAttention;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.diffusion.NoiseSchedule;
import org.diffsynth.diffusion.Prediction;
import org.diffsynth.diffusion.Scheduler;
import org.diffsynth.diffusion.Scheduler.TimestepSpacing;
import org.diffsynth.diffusion.StepListener.StepReport;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Monitor.Progress;
import org.diffsynth.frame.Video;
import org.diffsynth.spi.DiffusionSettings;
import org.diffsynth.testkit.FakeDiffusionBackend;
import org.diffsynth.testkit.TestFrames;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The way up over a linear fake. */
class DdimInversionTest {

  private static final int FRAMES = 4;
  private static final Video INPUT = TestFrames.pan(FRAMES, 24, 16, 1, 0, 40);
  private static final Latents ENCODED =
      FakeDiffusionBackend.plain().encode(INPUT.frames(), Monitor.NONE);
  private static final RenderRequest REQUEST =
      RenderRequest.of("a dog").withGuidanceScale(1).withStart(DdimInversion.of("a dog"));

  private static Pipeline.Builder builder(FakeDiffusionBackend backend) {
    return Pipeline.builder()
        .model(Path.of("fake"))
        .provider(backend.provider())
        .scheduler(Scheduler.ddim(TimestepSpacing.LINSPACE_ALL_STEPS));
  }

  private static List<StepReport> steps(Pipeline.Builder builder, RenderRequest request)
      throws IOException {
    List<StepReport> reports = new ArrayList<>();
    try (Pipeline pipeline = builder.listener(reports::add).build()) {
      pipeline.render(INPUT, request);
    }
    return reports;
  }

  /** What denoising started from: picture and noise of the first prediction, put together. */
  private static Latents inverted(Pipeline.Builder builder, RenderRequest request)
      throws IOException {
    StepReport first = steps(builder, request).get(0);
    return first
        .level()
        .addNoise(first.prediction().predictedOriginal(), first.prediction().noise());
  }

  private static double wayBack(Prediction.Type type, CrossFrameAttention attention, int steps)
      throws IOException {
    FakeDiffusionBackend backend =
        new FakeDiffusionBackend(
            DiffusionSettings.of(Path.of("fake")), type, NoiseSchedule.STABLE_DIFFUSION);
    List<StepReport> reports =
        steps(builder(backend).crossFrameAttention(attention), REQUEST.withSteps(steps));
    return largest(reports.get(steps - 1).latents(), ENCODED);
  }

  @ParameterizedTest
  @EnumSource
  void render_underTheSamePrompt_returnsTheInputTheCloserTheMoreSteps(Prediction.Type type)
      throws IOException {
    for (CrossFrameAttention attention :
        List.of(CrossFrameAttention.NONE, CrossFrameAttention.FIRST_AND_PREVIOUS)) {
      double last = wayBack(type, attention, 25);
      for (int steps : new int[] {50, 100, 200}) {
        double distance = wayBack(type, attention, steps);
        assertThat(distance).isLessThan(0.65 * last);
        last = distance;
      }
      assertThat(last).isLessThan(0.03);
    }
  }

  /**
   * All in double, straight from the formulas, with guidance and a ControlNet in the first half.
   */
  @Test
  void render_anySourcePromptAndGuidance_startsFromThePlainLoopsLatents() throws IOException {
    ControlNet net = ControlNet.of("edges", Path.of("net")).withScale(0.5f).withRange(0, 0.5);
    FakeDiffusionBackend backend =
        new FakeDiffusionBackend(
            DiffusionSettings.of(Path.of("fake")).withControlNets(List.of(net)));
    Frame grey = Frame.ofFloat(24, 16, filled(24 * 16 * 3, 0.25f));
    RenderRequest request =
        RenderRequest.of("winter")
            .withSteps(6)
            .withControlVideos(Map.of("edges", Video.of(List.of(grey), FrameRate.DEFAULT)))
            .withStart(DdimInversion.of("a dog").withGuidance(3, "cat"));

    Latents start = inverted(builder(backend).controlNet(net), request);

    NoiseSchedule schedule = NoiseSchedule.STABLE_DIFFUSION;
    float[] x = ENCODED.toArray();
    double[] expected = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      double value = x[i];
      double from = 1;
      for (int step = 5; step >= 0; step--) {
        int t = (int) Math.rint(999 - step * 999 / 5.0);
        double to = schedule.alphaCumprod(t);
        // Prompts of 3 and 5 characters, guidance 3: 0.3·(0.3 + 3·(0.5 − 0.3)).
        double noise = 0.77 * value + 0.0001 * t + 0.3 * 0.9;
        noise += step < 3 ? 0.5 * 0.4 * 0.25 : 0;
        double original = (value - Math.sqrt(1 - from) * noise) / Math.sqrt(from);
        value = Math.sqrt(to) * original + Math.sqrt(1 - to) * noise;
        from = to;
      }
      expected[i] = value;
    }
    float[] found = start.toArray();
    for (int i = 0; i < found.length; i++) {
      assertThat((double) found[i]).isCloseTo(expected[i], within(2e-5));
    }
  }

  private static float[] filled(int length, float value) {
    float[] samples = new float[length];
    java.util.Arrays.fill(samples, value);
    return samples;
  }

  @Test
  void render_refined_startsNearerToTheWayOfManySteps() throws IOException {
    Latents exact = inverted(builder(FakeDiffusionBackend.plain()), REQUEST.withSteps(500));
    Latents coarse = inverted(builder(FakeDiffusionBackend.plain()), REQUEST.withSteps(10));
    Latents refined =
        inverted(
            builder(FakeDiffusionBackend.plain()),
            REQUEST.withSteps(10).withStart(DdimInversion.of("a dog").withRefinement(20)));

    assertThat(largest(refined, exact)).isLessThan(0.2 * largest(coarse, exact));
  }

  @Test
  void render_anyChunk_givesTheSame() throws IOException {
    RenderRequest request = REQUEST.withSteps(5).withStrength(0.6);
    Pipeline.Builder whole =
        builder(FakeDiffusionBackend.plain())
            .crossFrameAttention(CrossFrameAttention.FIRST_AND_PREVIOUS)
            .compute(ComputeOptions.AUTO.withFramesPerCall(100));
    Latents expected = inverted(whole, request);
    assertClose(
        inverted(whole.compute(ComputeOptions.AUTO.withFramesPerCall(2)), request), expected, 1e-5);
    // Neighbours take part: without them the start is another.
    assertThat(inverted(builder(FakeDiffusionBackend.plain()), request)).isNotEqualTo(expected);
  }

  @Test
  void render_theNoiseOfTheRequest_hasNoPart() throws IOException {
    RenderRequest request = REQUEST.withSteps(5);
    assertThat(inverted(builder(FakeDiffusionBackend.plain()), request.withSeed(1)))
        .isEqualTo(inverted(builder(FakeDiffusionBackend.plain()), request.withSeed(2)));
  }

  @Test
  void render_twoPasses_progressNamesBothAndNeverFalls() throws IOException {
    List<Progress> seen = new ArrayList<>();
    try (Pipeline pipeline = builder(FakeDiffusionBackend.plain()).build()) {
      pipeline.render(INPUT, REQUEST.withSteps(3), Monitor.of(seen::add));
    }
    assertThat(seen).extracting(Progress::stage).contains("invert, step 1 of 3");
    assertThat(seen).extracting(Progress::stage).contains("denoise, step 3 of 3");
    assertThat(seen).extracting(Progress::fraction).isSorted();
    assertThat(seen.get(seen.size() - 1).fraction()).isEqualTo(1);
  }

  @Test
  void generate_withoutAnInput_isRefused() throws IOException {
    try (Pipeline pipeline = builder(FakeDiffusionBackend.plain()).build()) {
      assertThatThrownBy(
              () -> pipeline.generate(2, FrameRate.DEFAULT, REQUEST.withSize(16, 16), Monitor.NONE))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("DdimInversion needs an input video");
    }
  }

  @Test
  void settings_outOfRange_areRefusedWithTheRule() {
    DdimInversion inversion = DdimInversion.of("a secret");
    assertThatThrownBy(() -> inversion.withRefinement(0))
        .hasMessage("refinement must be in [1, 100], but was 0");
    assertThatThrownBy(() -> inversion.withGuidance(0.5, ""))
        .hasMessage("guidanceScale must be in [1, 100], but was 0.5");
    assertThat(inversion.withGuidance(2, "secret").toString()).doesNotContain("secret");
  }
}
