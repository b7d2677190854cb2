package org.diffsynth.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.Monitor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Jobs whose process is killed at random moments. {@code -Ddiffsynth.kills=200} tries 200 moments
 * instead of 8, and {@code -Ddiffsynth.renderKills=50} 50 moments of a render instead of 2; {@code
 * -Ddiffsynth.killSeed=N} chooses others.
 */
class KilledJobTest {

  private static final List<String> TASKS = List.of("sharp", "fast", "blind", "interpolate");

  @TempDir private Path temp;

  @Test
  void killedAtAnyMoment_continues_withTheSameBytesAndNoStrays()
      throws IOException, InterruptedException {
    int kills = Integer.getInteger("diffsynth.kills", 8);
    SplittableRandom random = new SplittableRandom(Long.getLong("diffsynth.killSeed", 1));
    Map<String, List<Frame>> plain = new HashMap<>();
    int killed = 0;
    for (int round = 0; killed < kills; round++) {
      String name = TASKS.get(round % TASKS.size());
      JobTask task = ChildProcess.task(name);
      List<Frame> expected = plain.get(name);
      if (expected == null) {
        expected = TestClips.result(temp.resolve("plain-" + name), task, ChildProcess.OPTIONS);
        plain.put(name, expected);
      }
      Path folder = temp.resolve("job" + round);
      for (int i = 0; i < 2 && killed < kills; i++) {
        killed += killOnce(folder, name, random) ? 1 : 0;
      }
      assertThat(TestClips.result(folder, task, ChildProcess.OPTIONS))
          .as("round %d, %s", round, name)
          .isEqualTo(expected);
      assertThat(TestClips.strays(folder)).isEmpty();
    }
  }

  /** Kills a process after a random number of frames; returns false if it was faster. */
  private static boolean killOnce(Path folder, String name, SplittableRandom random)
      throws IOException, InterruptedException {
    int frames = 50;
    try (ChildProcess child = ChildProcess.start(folder, name)) {
      int moment = random.nextInt(2 * frames); // the scan of the inputs prints as many lines
      int finished = 0;
      for (int line = 0; line <= moment; line++) {
        String text = child.read();
        if (text == null || text.equals("finished")) {
          return false;
        }
        finished = text.startsWith("shots") ? 0 : Integer.parseInt(text.split(" ")[1]);
      }
      Thread.sleep(0, random.nextInt(1_000_000));
      child.kill();
      if (Files.exists(folder.resolve("plan"))) {
        Job job = Job.open(folder, ChildProcess.task(name), ChildProcess.OPTIONS, Monitor.NONE);
        assertThat(job.finishedFrames())
            .isGreaterThan(finished - ChildProcess.OPTIONS.partFrames());
      }
      return true;
    }
  }

  @Test
  void killedRender_continuesAfterTheLastStep_withTheSameBytes()
      throws IOException, InterruptedException {
    int kills = Integer.getInteger("diffsynth.renderKills", 2);
    SplittableRandom random = new SplittableRandom(Long.getLong("diffsynth.killSeed", 1));
    List<Frame> plain = RenderJobTest.render(RenderJobTest.request(), false, Monitor.NONE);
    for (int round = 0; round < kills; round++) {
      Path folder = temp.resolve("render" + round);
      int reported = 0;
      try (ChildProcess child = ChildProcess.start(folder, "render")) {
        int moment = random.nextInt(RenderJobTest.STEPS);
        String line = "";
        while (reported < moment && line != null) {
          line = child.read();
          reported += line != null && line.startsWith("step") ? 1 : 0;
        }
        Thread.sleep(moment == 0 ? random.nextInt(1500) : 0, random.nextInt(1_000_000));
        child.kill();
      }
      try (RenderJob job = RenderJobTest.open(folder)) {
        assertThat(job.finishedSteps()) // a step is kept just after its report
            .as("round %d", round)
            .isGreaterThanOrEqualTo(reported - 1);
        assertThat(
                RenderJobTest.render(job.continued(RenderJobTest.request()), false, Monitor.NONE))
            .as("round %d", round)
            .isEqualTo(plain);
      }
      try (Stream<Path> files = Files.walk(folder)) {
        assertThat(files.filter(Files::isRegularFile).map(file -> file.getFileName().toString()))
            .containsExactlyInAnyOrder("latents.step", "00000.free", "manifest.txt");
      }
    }
  }

  @Test
  void twoProcesses_shareTheWork() throws IOException {
    List<Frame> expected =
        TestClips.result(temp.resolve("plain"), ChildProcess.task("sharp"), ChildProcess.OPTIONS);
    Path folder = temp.resolve("shared");
    int[] computed = new int[2];
    try (ChildProcess first = ChildProcess.start(folder, "sharp");
        ChildProcess second = ChildProcess.start(folder, "sharp")) {
      List<ChildProcess> children = new ArrayList<>(List.of(first, second));
      for (int i = 0; i < 2; i++) {
        for (String line = children.get(i).read(); line != null; line = children.get(i).read()) {
          computed[i] += line.startsWith("deflicker") ? 1 : 0;
        }
      }
    }

    assertThat(computed[0] + computed[1]).isEqualTo(expected.size());
    assertThat(TestClips.result(folder, ChildProcess.task("sharp"), ChildProcess.OPTIONS))
        .isEqualTo(expected);
    assertThat(TestClips.strays(folder)).isEmpty();
  }
}
