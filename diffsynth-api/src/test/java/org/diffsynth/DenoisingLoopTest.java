package org.diffsynth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.diffsynth.deflicker.Deflicker;
import org.diffsynth.deflicker.LatentDeflicker;
import org.diffsynth.diffusion.CrossFrameAttention;
import org.diffsynth.diffusion.InitialNoise;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.diffusion.NoiseSchedule;
import org.diffsynth.diffusion.Prediction;
import org.diffsynth.diffusion.Scheduler;
import org.diffsynth.diffusion.Scheduler.TimestepSpacing;
import org.diffsynth.diffusion.StepListener.StepReport;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Video;
import org.diffsynth.spi.DiffusionSettings;
import org.diffsynth.testkit.FakeDiffusionBackend;
import org.diffsynth.testkit.TestFrames;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The denoising loop over a linear fake, against a plain loop in double precision. */
class DenoisingLoopTest {

  private static final int FRAMES = 5;
  private static final Video INPUT = TestFrames.pan(FRAMES, 24, 16, 1, 0, 40);
  private static final RenderRequest REQUEST =
      RenderRequest.of("winter").withNegativePrompt("blurred").withSteps(6).withSeed(3);

  /** Every frame moves half-way to the mean of all, in float. */
  private static final Deflicker HALF_WAY =
      (guide, style, sink, monitor) -> {
        List<float[]> frames = new ArrayList<>();
        for (Frame frame = style.read(); frame != null; frame = style.read()) {
          assertThat(frame.depth()).isEqualTo(Frame.Depth.FLOAT);
          frames.add(frame.toFloat());
        }
        int width = style.format().width();
        for (float[] frame : frames) {
          float[] result = new float[frame.length];
          for (int i = 0; i < result.length; i++) {
            double mean = 0;
            for (float[] other : frames) {
              mean += other[i] / (double) frames.size();
            }
            result[i] = (float) (0.5 * frame[i] + 0.5 * mean);
          }
          sink.write(Frame.ofFloat(width, result.length / 3 / width, result));
        }
      };

  private static Pipeline.Builder builder(FakeDiffusionBackend backend) {
    return Pipeline.builder().model(Path.of("fake")).provider(backend.provider());
  }

  private static List<StepReport> steps(Pipeline.Builder builder, RenderRequest request)
      throws IOException {
    List<StepReport> reports = new ArrayList<>();
    try (Pipeline pipeline = builder.listener(reports::add).build()) {
      pipeline.render(INPUT, request);
    }
    return reports;
  }

  private static Latents result(Pipeline.Builder builder, RenderRequest request)
      throws IOException {
    List<StepReport> reports = steps(builder, request);
    return reports.get(reports.size() - 1).latents();
  }

  private static void assertClose(Latents actual, double[] expected, double tolerance) {
    float[] found = actual.toArray();
    assertThat(found).hasSize(expected.length);
    for (int i = 0; i < found.length; i++) {
      assertThat((double) found[i]).as("sample %d", i).isCloseTo(expected[i], within(tolerance));
    }
  }

  /**
   * All in double, all frames at once, straight from the formulas; the fake's constants by hand.
   */
  private static double[] plainLoop(double strength, List<Integer> smoothAt) {
    NoiseSchedule schedule = NoiseSchedule.STABLE_DIFFUSION;
    int most = (int) Math.rint(1000 * strength) - 1;
    float[] noise = InitialNoise.seeded(3).firstFrame(4, 8, 12).toArray();
    float[] encoded = FakeDiffusionBackend.plain().encode(INPUT.frames(), Monitor.NONE).toArray();
    double start = schedule.alphaCumprod(most);
    double[] x = new double[FRAMES * noise.length];
    for (int i = 0; i < x.length; i++) {
      double n = noise[i % noise.length];
      x[i] = strength == 1 ? n : Math.sqrt(start) * encoded[i] + Math.sqrt(1 - start) * n;
    }
    for (int step = 0; step < 6; step++) {
      int t = (int) Math.rint(most - step * most / 5.0);
      double a = schedule.alphaCumprod(t);
      double next =
          step == 5 ? 1 : schedule.alphaCumprod((int) Math.rint(most - (step + 1) * most / 5.0));
      double[] original = new double[x.length];
      for (int i = 0; i < x.length; i++) {
        // Ordinary attention: h = 0.7 x, y = 1.1 h; prompts of 7 and 6 characters, guidance 4.
        double same = 0.77 * x[i] + 0.0001 * t;
        double negative = same + 0.3 * 0.7;
        double positive = same + 0.3 * 0.6;
        double noisePrediction = negative + 4 * (positive - negative);
        original[i] = (x[i] - Math.sqrt(1 - a) * noisePrediction) / Math.sqrt(a);
      }
      if (smoothAt.contains(step)) {
        original = plainSmooth(original, noise.length);
      }
      for (int i = 0; i < x.length; i++) {
        double epsilon = (x[i] - Math.sqrt(a) * original[i]) / Math.sqrt(1 - a);
        x[i] = Math.sqrt(next) * original[i] + Math.sqrt(1 - next) * epsilon;
      }
    }
    return x;
  }

  /** Decode, clamp, move half-way to the mean, encode: channel 3 becomes the mean of the others. */
  private static double[] plainSmooth(double[] original, int frameSize) {
    int plane = frameSize / 4;
    double[] pictures = new double[original.length];
    for (int i = 0; i < original.length; i++) {
      pictures[i] = Math.min(Math.max((original[i] / 0.25 + 1) / 2, 0), 1);
    }
    double[] smooth = new double[original.length];
    for (int i = 0; i < original.length; i++) {
      double mean = 0;
      for (int f = 0; f < FRAMES; f++) {
        mean += pictures[f * frameSize + i % frameSize] / FRAMES;
      }
      smooth[i] = (2 * (0.5 * pictures[i] + 0.5 * mean) - 1) * 0.25;
    }
    for (int f = 0; f < FRAMES; f++) {
      for (int p = 0; p < plane; p++) {
        int at = f * frameSize + p;
        smooth[at + 3 * plane] = (smooth[at] + smooth[at + plane] + smooth[at + 2 * plane]) / 3;
      }
    }
    return smooth;
  }

  @ParameterizedTest
  @ValueSource(doubles = {1, 0.6, 0.25})
  void render_anyStrength_equalsThePlainLoop(double strength) throws IOException {
    Latents latents =
        result(
            builder(FakeDiffusionBackend.plain())
                .scheduler(Scheduler.ddim(TimestepSpacing.LINSPACE_ALL_STEPS)),
            REQUEST.withStrength(strength).withGuidanceScale(4));

    assertClose(latents, plainLoop(strength, List.of()), 2e-5);
  }

  @Test
  void render_deflickeredInTheLoop_equalsThePlainLoop() throws IOException {
    List<StepReport> reports =
        steps(
            builder(FakeDiffusionBackend.plain())
                .scheduler(Scheduler.ddim(TimestepSpacing.LINSPACE_ALL_STEPS))
                .deflicker(LatentDeflicker.atSteps(1, 3, 5).then(HALF_WAY)),
            REQUEST.withStrength(0.6).withGuidanceScale(4));

    assertThat(reports)
        .extracting(StepReport::deflickered)
        .containsExactly(false, true, false, true, false, true);
    assertClose(reports.get(5).latents(), plainLoop(0.6, List.of(1, 3, 5)), 2e-5);
  }

  @Test
  void render_twice_givesTheSameBytes() throws IOException {
    Pipeline.Builder builder =
        builder(FakeDiffusionBackend.plain())
            .crossFrameAttention(CrossFrameAttention.FIRST_AND_PREVIOUS)
            .deflicker(LatentDeflicker.every(2).then(HALF_WAY).withFinalPass());
    try (Pipeline pipeline = builder.build()) {
      RenderRequest request = REQUEST.withStrength(0.5);
      assertThat(pipeline.render(INPUT, request).frames())
          .isEqualTo(pipeline.render(INPUT, request).frames());
      assertThat(pipeline.render(INPUT, request.withSeed(4)).frames())
          .isNotEqualTo(pipeline.render(INPUT, request).frames());
    }
  }

  @Test
  void render_vPrediction_equalsEpsilonOfTheSameModel() throws IOException {
    // A model that gives v is read as ε = √ᾱ·v + √(1−ᾱ)·x; done by hand for one step.
    FakeDiffusionBackend backend =
        new FakeDiffusionBackend(
            DiffusionSettings.of(Path.of("fake")),
            Prediction.Type.V_PREDICTION,
            NoiseSchedule.STABLE_DIFFUSION.withZeroTerminalSnr());
    List<StepReport> reports =
        steps(
            builder(backend).scheduler(Scheduler.ddim(TimestepSpacing.TRAILING)),
            REQUEST.withGuidanceScale(1).withSteps(2));

    // At zero signal x̂₀ is −v, whatever x.
    StepReport first = reports.get(0);
    assertThat(first.level().alphaCumprod()).isZero();
    float x = InitialNoise.seeded(3).firstFrame(4, 8, 12).at(0, 0, 0, 0);
    double v = 0.77 * x + 0.0001 * 999 + 0.3 * 0.6;
    assertThat((double) first.prediction().predictedOriginal().at(0, 0, 0, 0))
        .isCloseTo(-v, within(1e-6));
    assertThat(reports.get(1).latents().firstNotFinite()).isEqualTo(-1);
  }

  @Test
  void render_epsilonModelAtZeroSignal_isRefusedWithTheReason() throws IOException {
    FakeDiffusionBackend backend =
        new FakeDiffusionBackend(
            DiffusionSettings.of(Path.of("fake")),
            Prediction.Type.EPSILON,
            NoiseSchedule.STABLE_DIFFUSION.withZeroTerminalSnr());

    assertThatThrownBy(
            () ->
                result(
                    builder(backend).scheduler(Scheduler.ddim(TimestepSpacing.LINSPACE_ALL_STEPS)),
                    REQUEST))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("needs a model with v-prediction; fake predicts epsilon");
    assertThat(backend.calls()).isEmpty();
    // From a timestep where something of the picture is left there is nothing wrong with it.
    Latents later =
        result(
            builder(backend).scheduler(Scheduler.ddim(TimestepSpacing.LINSPACE_ALL_STEPS)),
            REQUEST.withStrength(0.9));
    assertThat(later.firstNotFinite()).isEqualTo(-1);
  }
}
