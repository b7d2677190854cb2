package org.diffsynth.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.diffsynth.Pipeline;
import org.diffsynth.RenderRequest;
import org.diffsynth.deflicker.FramePull;
import org.diffsynth.deflicker.LatentDeflicker;
import org.diffsynth.deflicker.PatchBlending;
import org.diffsynth.diffusion.ClipStart.DdimInversion;
import org.diffsynth.diffusion.Scheduler;
import org.diffsynth.diffusion.Scheduler.TimestepSpacing;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Video;
import org.diffsynth.testkit.FakeDiffusionBackend;
import org.diffsynth.testkit.TestFrames;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RenderJobTest {

  static final int STEPS = 5;
  private static final Video INPUT = TestFrames.pan(4, 24, 16, 1, 0, 40);
  private static final Map<String, String> SETTINGS = Map.of("request", "winter");

  @TempDir private Path temp;

  private static List<JobInput> inputs() {
    return List.of(JobInput.of("input", INPUT));
  }

  static RenderRequest request() {
    return RenderRequest.of("winter").withSteps(STEPS).withSeed(3);
  }

  static List<Frame> render(RenderRequest request, boolean generates, Monitor monitor)
      throws IOException {
    Video.Collector out = Video.collector(FrameRate.DEFAULT);
    LatentDeflicker deflicker =
        LatentDeflicker.atSteps(1, 3).then(PatchBlending.fast(2)).withFinalPass();
    try (Pipeline pipeline =
            Pipeline.builder()
                .model(Path.of("fake"))
                .provider(FakeDiffusionBackend.plain().provider())
                .deflicker(deflicker)
                .build();
        FrameSource input = INPUT.open()) {
      if (generates) {
        pipeline.generate(4, FrameRate.DEFAULT, request, out, monitor);
      } else {
        pipeline.render(input, request, out, monitor);
      }
    }
    return out.toVideo().frames();
  }

  static RenderJob open(Path folder) throws IOException {
    return RenderJob.open(folder, SETTINGS, inputs(), JobOptions.DEFAULT);
  }

  /** Ends a render after a step, and continues it. */
  private void assertContinues(RenderRequest request, boolean generates) throws IOException {
    List<Frame> plain = render(request, generates, Monitor.NONE);
    for (int steps = 1; steps <= STEPS; steps++) {
      Path folder = Files.createTempDirectory(temp, "job");
      int last = steps;
      AtomicInteger done = new AtomicInteger();
      Monitor cancelling = Monitor.of(step -> {}, () -> done.get() == last);
      RenderRequest counting = request.withListener(report -> done.incrementAndGet());
      try (RenderJob job = open(folder)) {
        assertThatThrownBy(() -> render(job.continued(counting), generates, cancelling))
            .isInstanceOf(CancellationException.class);
      }
      AtomicInteger computed = new AtomicInteger();
      try (RenderJob job = open(folder)) {
        assertThat(job.finishedSteps()).isEqualTo(steps);
        RenderRequest rest = request.withListener(report -> computed.incrementAndGet());
        assertThat(render(job.continued(rest), generates, Monitor.NONE)).isEqualTo(plain);
      }
      assertThat(computed.get()).isEqualTo(STEPS - steps);
      assertThat(files(folder))
          .containsExactlyInAnyOrder("latents.step", "plan/00000.free", "plan/manifest.txt");
    }
  }

  private static List<String> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> folder.relativize(file).toString().replace('\\', '/'))
          .toList();
    }
  }

  @Test
  void render_interruptedAfterAnyStep_continuesWithTheSameBytes() throws IOException {
    TimestepSpacing spacing = TimestepSpacing.values()[0];
    assertContinues(request().withScheduler(Scheduler.ddim(spacing)), false);
    assertContinues(request().withScheduler(Scheduler.euler(spacing)), false);
    assertContinues(request().withScheduler(Scheduler.dpmSolver(spacing)), false);
    assertContinues(request().withFramePull(FramePull.toPrevious().withWeight(2)), false);
    assertContinues(request().withStart(DdimInversion.of("summer")), false);
  }

  @Test
  void generate_interruptedAfterAnyStep_continuesWithTheSameBytes() throws IOException {
    assertContinues(request().withSize(new FrameSize(24, 16)), true);
  }

  @Test
  void damagedCheckpoint_beginsAgain() throws IOException {
    Path folder = temp.resolve("job");
    List<Frame> plain = render(request(), false, Monitor.NONE);
    Path file = folder.resolve("latents.step");
    for (int damage = 0; damage < 4; damage++) {
      try (RenderJob job = open(folder)) {
        render(job.continued(request()), false, Monitor.NONE);
        assertThat(job.finishedSteps()).isEqualTo(STEPS);
        byte[] bytes = Files.readAllBytes(file);
        switch (damage) {
          case 0 -> bytes[bytes.length / 2] ^= 1;
          case 1 -> bytes = Arrays.copyOf(bytes, bytes.length - 7);
          case 2 -> bytes = new byte[0];
          default -> Arrays.fill(bytes, 44, 64, (byte) 127);
        }
        Files.write(file, bytes);
        assertThat(job.finishedSteps()).isZero();
        assertThat(render(job.continued(request()), false, Monitor.NONE)).isEqualTo(plain);
        job.clear();
        assertThat(file).doesNotExist();
      }
    }
  }

  @Test
  void changedSettings_areRefused() throws IOException {
    Path folder = temp.resolve("job");
    open(folder).close();

    assertThatThrownBy(
            () -> RenderJob.open(folder, Map.of("request", "summer"), inputs(), JobOptions.DEFAULT))
        .isInstanceOf(JobChangedException.class)
        .hasMessageContaining("request was winter and is summer");
    assertThatThrownBy(
            () ->
                RenderJob.open(
                    folder,
                    SETTINGS,
                    List.of(JobInput.of("input", TestFrames.flicker(INPUT, 1))),
                    JobOptions.DEFAULT))
        .isInstanceOf(JobChangedException.class)
        .hasMessageContaining("input has changed");
  }

  @Test
  void secondProcess_isRefused_untilTheFirstHasEnded() throws IOException {
    Path folder = temp.resolve("job");
    try (RenderJob job = open(folder)) {
      assertThat(job.finishedSteps()).isZero();
      assertThatThrownBy(() -> open(folder))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("another process works on the job");
    }
    open(folder).close();
  }
}
