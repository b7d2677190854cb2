package org.diffsynth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.diffsynth.testkit.LatentsDistance.assertClose;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.diffusion.ClipStart.MotionWarp;
import org.diffsynth.diffusion.CrossFrameAttention;
import org.diffsynth.diffusion.CrossFrameAttention.FrameRef;
import org.diffsynth.diffusion.InitialNoise;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.diffusion.NoiseSchedule;
import org.diffsynth.diffusion.Scheduler;
import org.diffsynth.diffusion.Scheduler.TimestepSpacing;
import org.diffsynth.diffusion.StepListener.StepReport;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.Monitor;
import org.diffsynth.request.Conditioning.ReferencePicture;
import org.diffsynth.testkit.FakeDiffusionBackend;
import org.diffsynth.testkit.TestFrames;
import org.junit.jupiter.api.Test;

/** Text2Video-Zero's start over a linear fake, against a plain loop in double precision. */
class MotionWarpTest {

  private static final int FRAMES = 4;
  private static final int STEPS = 10;
  private static final int WIDTH = 12;
  private static final int HEIGHT = 8;
  private static final RenderRequest REQUEST =
      RenderRequest.of("winter")
          .withSteps(STEPS)
          .withGuidanceScale(1)
          .withSeed(3)
          .withSize(2 * WIDTH, 2 * HEIGHT)
          .withStart(MotionWarp.of(2, -4).withLevels(0.2, 0.5));

  private static Pipeline.Builder builder(FakeDiffusionBackend backend) {
    return Pipeline.builder()
        .model(Path.of("fake"))
        .provider(backend.provider())
        .crossFrameAttention(CrossFrameAttention.FIRST_FRAME)
        .scheduler(Scheduler.ddim(TimestepSpacing.LINSPACE_ALL_STEPS));
  }

  private static List<StepReport> steps(Pipeline.Builder builder, RenderRequest request)
      throws IOException {
    List<StepReport> reports = new ArrayList<>();
    try (Pipeline pipeline = builder.listener(reports::add).build()) {
      pipeline.generate(FRAMES, FrameRate.DEFAULT, request, Monitor.NONE);
    }
    return reports;
  }

  private static double alpha(int step) {
    int timestep = (int) Math.rint(999 - step * 999.0 / (STEPS - 1));
    return step == STEPS ? 1 : NoiseSchedule.STABLE_DIFFUSION.alphaCumprod(timestep);
  }

  /** One DDIM step of a sample whose frame sees {@code first}; the fake's constants by hand. */
  private static double step(double x, double first, int step) {
    double timestep = Math.rint(999 - step * 999.0 / (STEPS - 1));
    double h = 0.5 * x + 0.2 * first;
    double noise = h + 0.1 * 0.7 * first + 0.0001 * timestep + 0.3 * 0.6;
    double original = (x - Math.sqrt(1 - alpha(step)) * noise) / Math.sqrt(alpha(step));
    return Math.sqrt(alpha(step + 1)) * original + Math.sqrt(1 - alpha(step + 1)) * noise;
  }

  @Test
  void generate_shifted_equalsThePlainLoop() throws IOException {
    List<StepReport> reports = steps(builder(FakeDiffusionBackend.plain()), REQUEST);

    // T1 after 2 of 10 steps, T0 after 5; the loop over all frames does steps 2 to 9.
    assertThat(reports).extracting(StepReport::step).containsExactly(2, 3, 4, 5, 6, 7, 8, 9);
    float[] noise = InitialNoise.seeded(3).independentFrames(FRAMES, 4, HEIGHT, WIDTH).toArray();
    int size = 4 * HEIGHT * WIDTH;
    double[] atT1 = new double[size];
    double[] atT0 = new double[size];
    for (int i = 0; i < size; i++) {
      double x = noise[i];
      for (int step = 0; step < 5; step++) {
        atT1[i] = step == 2 ? x : atT1[i];
        x = step(x, x, step);
      }
      atT0[i] = x;
    }
    double[] all = new double[FRAMES * size];
    double kept = alpha(2) / alpha(5);
    for (int k = 0; k < FRAMES; k++) {
      for (int i = 0; i < size; i++) {
        // Two pixels a latent: one column to the right a frame, two rows up, less a quarter.
        int column = mirrored(i % WIDTH + k, WIDTH);
        int row = mirrored(i / WIDTH % HEIGHT - 2 * k, HEIGHT);
        int from = i / (WIDTH * HEIGHT) * WIDTH * HEIGHT + row * WIDTH + column;
        all[k * size + i] =
            k == 0
                ? atT1[i]
                : Math.sqrt(kept) * atT0[from] + Math.sqrt(1 - kept) * noise[k * size + i];
      }
    }
    for (int step = 2; step < STEPS; step++) {
      double[] next = new double[all.length];
      for (int i = 0; i < all.length; i++) {
        next[i] = step(all[i], all[i % size], step);
      }
      all = next;
    }
    float[] found = reports.get(reports.size() - 1).latents().toArray();
    for (int i = 0; i < found.length; i++) {
      assertThat((double) found[i]).as("sample %d", i).isCloseTo(all[i], within(5e-5));
    }
  }

  private static int mirrored(int place, int side) {
    int inside = place < 0 ? -1 - place : place;
    return inside >= side ? 2 * side - 1 - inside : inside;
  }

  @Test
  void generate_withoutShift_copiesDifferByTheirFreshNoiseOnly() throws IOException {
    List<StepReport> still =
        steps(
            builder(FakeDiffusionBackend.plain()),
            REQUEST.withStart(MotionWarp.of(0, 0).withLevels(0, 0.1)));
    Latents last = still.get(STEPS - 1).latents();
    assertThat(last.slice(1, 2)).isNotEqualTo(last.slice(2, 3));
    assertThat(still).hasSize(STEPS);
  }

  @Test
  void levels_ofFiftySteps_areTheReleasedOnes() throws IOException {
    List<StepReport> reports =
        steps(
            builder(FakeDiffusionBackend.plain()),
            REQUEST.withSteps(50).withStart(MotionWarp.RELEASED));
    assertThat(reports).hasSize(48);
    assertThat(reports.get(0).step()).isEqualTo(2);
  }

  @Test
  void generate_anyChunkAndReferences_givesTheSame() throws IOException {
    CrossFrameAttention attention =
        CrossFrameAttention.gather(FrameRef.FIRST, FrameRef.PREVIOUS, FrameRef.reference(0));
    RenderRequest request =
        REQUEST.withReferences(List.of(ReferencePicture.of(TestFrames.texture(24, 16, 5))));
    FakeDiffusionBackend backend = FakeDiffusionBackend.plain();
    Pipeline.Builder builder = builder(backend).crossFrameAttention(attention);
    Latents whole = last(builder.compute(ComputeOptions.AUTO.withFramesPerCall(100)), request);
    assertClose(
        last(builder.compute(ComputeOptions.AUTO.withFramesPerCall(2)), request), whole, 1e-5);
    // Frame 0 goes alone at first, with the reference beside it.
    assertThat(backend.calls().get(0).input().sample().frames()).isEqualTo(2);
  }

  private static Latents last(Pipeline.Builder builder, RenderRequest request) throws IOException {
    List<StepReport> reports = steps(builder, request);
    return reports.get(reports.size() - 1).latents();
  }

  @Test
  void render_whereItDoesNotFit_isRefusedWithTheReason() {
    Pipeline.Builder builder = builder(FakeDiffusionBackend.plain());
    assertThatThrownBy(
            () -> {
              try (Pipeline pipeline = builder.build()) {
                pipeline.render(TestFrames.pan(2, 24, 16, 1, 0, 1), REQUEST.withStrength(0.5));
              }
            })
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("MotionWarp starts from noise alone: strength must be 1, but was 0.5");
    InitialNoise given = InitialNoise.shared(InitialNoise.seeded(1).firstFrame(4, HEIGHT, WIDTH));
    assertThatThrownBy(() -> steps(builder, REQUEST.withNoise(given)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("noise from a seed has any number");
    assertThatThrownBy(() -> MotionWarp.of(Double.NaN, 0))
        .hasMessage("dx and dy must be in [-1000, 1000], but were NaN and 0.0");
    assertThatThrownBy(() -> MotionWarp.RELEASED.withLevels(0.5, 0.5))
        .hasMessage(
            "noisedTo must be in [0, 1) and shiftedAt in (noisedTo, 1], but they were 0.5 and 0.5");
  }
}
