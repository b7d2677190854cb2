package org.diffsynth.patchmatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.diffsynth.Pipeline;
import org.diffsynth.RenderRequest;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.deflicker.LatentDeflicker;
import org.diffsynth.deflicker.PatchBlending;
import org.diffsynth.deflicker.Shots;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.diffusion.Prediction;
import org.diffsynth.diffusion.StepListener.StepReport;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Video;
import org.diffsynth.testkit.FakeDiffusionBackend;
import org.diffsynth.testkit.TestFrames;
import org.junit.jupiter.api.Test;

/** Patch blending inside the denoising loop. */
class LatentDeflickerTest {

  private static final Video INPUT = TestFrames.pan(5, 48, 40, 2, 1, 30);
  private static final RenderRequest REQUEST =
      RenderRequest.of("winter").withSteps(4).withStrength(0.5).withGuidanceScale(1);

  private static final PatchBlending BLENDING =
      PatchBlending.balanced(2)
          .withCompute(ComputeOptions.AUTO.withEngine("cpu-scalar").withThreads(2));

  private static Pipeline.Builder builder() {
    return Pipeline.builder()
        .model(Path.of("fake"))
        .provider(FakeDiffusionBackend.plain().provider());
  }

  /** Step by step by hand: decode, clamp, blend, encode, and what comes out is the new estimate. */
  @Test
  void render_blendedInTheLoop_estimateIsTheBlendedOneToSixteenBits() throws IOException {
    FakeDiffusionBackend vae = FakeDiffusionBackend.plain();
    List<StepReport> plain = run(builder());
    List<StepReport> blended = run(builder().deflicker(LatentDeflicker.atSteps(0).then(BLENDING)));

    Prediction before = plain.get(0).prediction();
    Latents expected =
        vae.encode(blended(BLENDING, INPUT, before.predictedOriginal()), Monitor.NONE);

    assertThat(blended.get(0).prediction().predictedOriginal()).isEqualTo(expected);
    // Picture and noise still add up to the same sample.
    assertThat(sample(blended.get(0)).toArray())
        .containsExactly(sample(plain.get(0)).toArray(), within(1e-5f));
    assertThat(blended.get(1).latents()).isNotEqualTo(plain.get(1).latents());
  }

  /** A window that reaches over the cut at frame 5 must not mix the two scenes. */
  @Test
  void render_clipWithACut_deflickersEachShotAsIfItWereAlone() throws IOException {
    FakeDiffusionBackend vae = FakeDiffusionBackend.plain();
    Video second = TestFrames.pan(4, 48, 40, 1, 2, 7);
    List<Frame> frames = new ArrayList<>(INPUT.frames());
    frames.addAll(second.frames());
    Video joined = Video.of(frames, INPUT.format().frameRate());
    PatchBlending fast =
        PatchBlending.fast(8)
            .withCompute(ComputeOptions.AUTO.withEngine("cpu-scalar").withThreads(2));

    Latents before = run(joined, builder(), REQUEST).get(0).prediction().predictedOriginal();
    Latents estimate =
        run(joined, builder().deflicker(LatentDeflicker.atSteps(0).then(fast)), REQUEST)
            .get(0)
            .prediction()
            .predictedOriginal();
    Latents across =
        run(
                joined,
                builder().deflicker(LatentDeflicker.atSteps(0).then(fast.withShots(Shots.NONE))),
                REQUEST)
            .get(0)
            .prediction()
            .predictedOriginal();

    assertThat(estimate.slice(0, 5))
        .isEqualTo(vae.encode(blended(fast, INPUT, before.slice(0, 5)), Monitor.NONE));
    assertThat(estimate.slice(5, 9))
        .isEqualTo(vae.encode(blended(fast, second, before.slice(5, 9)), Monitor.NONE));
    assertThat(across.slice(4, 5)).isNotEqualTo(estimate.slice(4, 5));
    assertThat(across.slice(5, 6)).isNotEqualTo(estimate.slice(5, 6));
  }

  private static List<Frame> blended(PatchBlending blending, Video guide, Latents estimate)
      throws IOException {
    Video style = Video.of(decoded(estimate), guide.format().frameRate());
    return blending.apply(guide, style).frames();
  }

  /** Decodes an estimate and clamps its samples to [0, 1]. */
  private static List<Frame> decoded(Latents estimate) {
    List<Frame> decoded = new ArrayList<>();
    for (Frame frame : FakeDiffusionBackend.plain().decode(estimate, Monitor.NONE)) {
      float[] samples = frame.toFloat();
      for (int i = 0; i < samples.length; i++) {
        samples[i] = Math.min(Math.max(samples[i], 0), 1);
      }
      decoded.add(Frame.ofFloat(frame.width(), frame.height(), samples));
    }
    return decoded;
  }

  private static Latents sample(StepReport report) {
    return report
        .level()
        .addNoise(report.prediction().predictedOriginal(), report.prediction().noise());
  }

  /** A window of 0 only moves pictures through 16 bits: at most half a level of 65535. */
  @Test
  void render_windowZero_movesTheEstimateByHalfALevelAtMost() throws IOException {
    RenderRequest quiet = REQUEST.withStrength(0.25).withSteps(8);
    List<StepReport> plain = run(builder(), quiet);
    List<StepReport> through =
        run(
            builder().deflicker(LatentDeflicker.atSteps(0).then(BLENDING.withWindowRadius(0))),
            quiet);

    Latents before = plain.get(0).prediction().predictedOriginal();
    Latents after = through.get(0).prediction().predictedOriginal();
    // Latents are (2·sample − 1)·0.25; channel 3 does not survive, nor what the clamp cuts off.
    double halfLevel = 0.5 * 2 * 0.25 / 65535;
    int compared = 0;
    for (int f = 0; f < 5; f++) {
      for (int c = 0; c < 3; c++) {
        float sample = before.at(f, c, 7, 9);
        if (Math.abs(sample) < 0.25) {
          compared++;
          assertThat((double) after.at(f, c, 7, 9)).isCloseTo(sample, within(halfLevel + 1e-7));
        }
      }
    }
    assertThat(compared).isPositive();
  }

  @Test
  void render_anyNumberOfThreadsAndChunks_givesTheSameFrames() throws IOException {
    List<Video> results = new ArrayList<>();
    for (int threads : new int[] {1, 3}) {
      LatentDeflicker deflicker =
          LatentDeflicker.every(2)
              .then(
                  BLENDING.withCompute(
                      ComputeOptions.AUTO.withEngine("cpu-scalar").withThreads(threads)))
              .withFinalPass();
      try (Pipeline pipeline =
          builder()
              .deflicker(deflicker)
              .compute(ComputeOptions.AUTO.withFramesPerCall(threads + 1))
              .build()) {
        results.add(pipeline.render(INPUT, REQUEST));
      }
    }

    assertThat(results.get(1).frames()).isEqualTo(results.get(0).frames());
  }

  private static List<StepReport> run(Pipeline.Builder builder) throws IOException {
    return run(builder, REQUEST);
  }

  private static List<StepReport> run(Pipeline.Builder builder, RenderRequest request)
      throws IOException {
    return run(INPUT, builder, request);
  }

  private static List<StepReport> run(Video input, Pipeline.Builder builder, RenderRequest request)
      throws IOException {
    List<StepReport> reports = new ArrayList<>();
    try (Pipeline pipeline = builder.listener(reports::add).build()) {
      pipeline.render(input, request);
    }
    return reports;
  }
}
