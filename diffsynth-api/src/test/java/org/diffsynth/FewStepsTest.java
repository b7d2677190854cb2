package org.diffsynth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.diffsynth.deflicker.LatentDeflicker;
import org.diffsynth.diffusion.ClipStart.DdimInversion;
import org.diffsynth.diffusion.InitialNoise;
import org.diffsynth.diffusion.Latents;
import org.diffsynth.diffusion.NoiseSchedule;
import org.diffsynth.diffusion.Scheduler;
import org.diffsynth.diffusion.StepListener.StepReport;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.Video;
import org.diffsynth.testkit.FakeDiffusionBackend;
import org.diffsynth.testkit.TestFrames;
import org.junit.jupiter.api.Test;

/** Runs of schedulers that add noise, and of models that receive the guidance scale. */
class FewStepsTest {

  private static final int FRAMES = 3;
  private static final Video INPUT = TestFrames.pan(FRAMES, 24, 16, 1, 0, 40);
  private static final RenderRequest REQUEST =
      RenderRequest.of("winter").withSteps(4).withSeed(3).withGuidanceScale(1);

  private static List<StepReport> steps(FakeDiffusionBackend backend, RenderRequest request)
      throws IOException {
    List<StepReport> reports = new ArrayList<>();
    try (Pipeline pipeline =
        Pipeline.builder()
            .model(Path.of("fake"))
            .provider(backend.provider())
            .listener(reports::add)
            .build()) {
      pipeline.render(INPUT, request);
    }
    return reports;
  }

  @Test
  void render_lcm_addsOneNoiseToAllFramesAfterDeflickering() throws IOException {
    LatentDeflicker copyOfFirst =
        LatentDeflicker.every(1)
            .then(
                (guide, style, sink, monitor) -> {
                  Frame first = style.read();
                  for (Frame frame = first; frame != null; frame = style.read()) {
                    sink.write(first);
                  }
                });
    List<StepReport> reports =
        steps(
            FakeDiffusionBackend.plain(),
            REQUEST.withScheduler(Scheduler.lcm()).withStrength(0.9).withDeflicker(copyOfFirst));
    assertThat(reports).hasSize(4);
    for (int step = 0; step < 4; step++) {
      StepReport report = reports.get(step);
      Latents latents = report.latents();
      // Only c_skip·x_t, at most 2.5e-7, is left of the differences between frames.
      for (int frame = 1; frame < FRAMES; frame++) {
        assertClose(latents.slice(frame, frame + 1), latents.slice(0, 1));
      }
      Latents noise = InitialNoise.seeded(3).ofStep(step, 4, 8, 12);
      if (step < 3) {
        double next =
            NoiseSchedule.STABLE_DIFFUSION.alphaCumprod(
                (int) reports.get(step + 1).level().timestep());
        Latents expected =
            Latents.mix(
                Math.sqrt(next),
                report.prediction().predictedOriginal().slice(0, 1),
                Math.sqrt(1 - next),
                noise);
        assertClose(latents.slice(0, 1), expected);
      } else {
        assertClose(latents, report.prediction().predictedOriginal());
      }
    }
  }

  private static void assertClose(Latents actual, Latents expected) {
    float[] found = actual.toArray();
    float[] wanted = expected.toArray();
    for (int i = 0; i < found.length; i++) {
      assertThat(Math.abs(found[i] - wanted[i])).isLessThan(1e-4f);
    }
  }

  @Test
  void render_deflickerInLoop_usesTheVaeOfTheLoopForEstimatesOnly() throws IOException {
    FakeDiffusionBackend backend = FakeDiffusionBackend.plain();
    List<String> calls = new ArrayList<>();
    backend.onCall(calls::add);
    LatentDeflicker twice =
        LatentDeflicker.every(2)
            .then(
                (guide, style, sink, monitor) -> {
                  for (Frame frame = style.read(); frame != null; frame = style.read()) {
                    sink.write(frame);
                  }
                })
            .withFinalPass();
    steps(backend, REQUEST.withStrength(0.9).withSteps(5).withDeflicker(twice));
    assertThat(backend.decodedInLoop()).isEqualTo(2 * FRAMES);
    assertThat(backend.encodedInLoop()).isEqualTo(2 * FRAMES);
    // One batch of three frames each: the input and two estimates; two estimates and the result.
    assertThat(calls.stream().filter("encode"::equals)).hasSize(3);
    assertThat(calls.stream().filter("decode"::equals)).hasSize(3);
  }

  @Test
  void render_inversionWithAddedNoise_saysWhatToChange() {
    RenderRequest inverted = REQUEST.withStart(DdimInversion.of("summer"));
    assertThatThrownBy(
            () -> steps(FakeDiffusionBackend.plain(), inverted.withScheduler(Scheduler.lcm())))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("needs a scheduler without added noise");
  }

  @Test
  void render_modelWithGuidanceInput_receivesTheScaleInOneBranch() throws IOException {
    FakeDiffusionBackend backend = FakeDiffusionBackend.plain().withGuidanceInput();
    steps(
        backend,
        REQUEST.withScheduler(Scheduler.lcm()).withGuidanceScale(8).withNegativePrompt("summer"));
    assertThat(backend.calls()).isNotEmpty();
    for (FakeDiffusionBackend.Call call : backend.calls()) {
      assertThat(call.input().guidanceScale()).isEqualTo(8);
      assertThat(call.input().conditionings()).hasSize(1);
      assertThat(call.input().conditionings().get(0).negative()).isFalse();
    }
    FakeDiffusionBackend plain = FakeDiffusionBackend.plain();
    steps(plain, REQUEST.withScheduler(Scheduler.tcd(0.3)).withGuidanceScale(8));
    assertThat(plain.calls().get(0).input().guidanceScale()).isEqualTo(1);
    assertThat(plain.calls().get(0).input().conditionings()).hasSize(2);
  }
}
