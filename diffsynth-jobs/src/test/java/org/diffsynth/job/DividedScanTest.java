package org.diffsynth.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.diffsynth.deflicker.FlowBlending;
import org.diffsynth.deflicker.KeyframeInterpolation;
import org.diffsynth.deflicker.PatchBlending;
import org.diffsynth.deflicker.Shots;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Video;
import org.diffsynth.testkit.TestFrames;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A job whose scan was divided is the job of one scan. */
class DividedScanTest {

  private static final int FRAMES = 150;
  private static final Video GUIDE = guide();
  private static final Video STYLE = style();

  @TempDir private Path temp;

  /**
   * Three clips in a row: shots, fades, a flash, and shots shorter than what a scan reads ahead.
   */
  private static Video guide() {
    List<Frame> frames = new ArrayList<>();
    for (int shortShot = 5; frames.size() < FRAMES; shortShot -= 2) {
      frames.addAll(TestClips.guide(40, 32, Math.max(1, shortShot)).frames());
    }
    return Video.of(frames.subList(0, FRAMES), FrameRate.DEFAULT);
  }

  /** The guide itself at first, and then a flickering copy. */
  private static Video style() {
    List<Frame> frames = new ArrayList<>(TestFrames.flicker(GUIDE, 5).frames());
    for (int i = 0; i < 61; i++) {
      frames.set(i, GUIDE.frame(i));
    }
    return Video.of(frames, FrameRate.DEFAULT);
  }

  private static List<ScannedPart> scan(JobTask task, int step) throws IOException {
    List<ScannedPart> parts = new ArrayList<>();
    for (int from = 0; from < FRAMES; from += step) {
      int to = from + step < FRAMES ? from + step : Integer.MAX_VALUE;
      parts.add(sent(Job.scan(task, from, to, Monitor.NONE)));
    }
    return parts;
  }

  private static ScannedPart sent(ScannedPart part) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(part);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      return (ScannedPart) in.readObject();
    } catch (ClassNotFoundException e) {
      throw new IOException(e);
    }
  }

  private static List<JobTask> tasks() {
    PatchBlending fast = PatchBlending.fast(2);
    JobInput guide = JobInput.of("guide", GUIDE);
    return List.of(
        TestClips.job(fast, GUIDE, STYLE),
        TestClips.job(fast, null, STYLE),
        TestClips.job(fast.withDelay(2), GUIDE, STYLE),
        TestClips.job(fast.withDelay(0), GUIDE, STYLE),
        TestClips.job(fast.withShots(Shots.startingAt(List.of(33, 34, 90))), GUIDE, STYLE),
        TestClips.job(fast.withShots(Shots.NONE), GUIDE, STYLE),
        TestClips.job(FlowBlending.of(2), GUIDE, STYLE),
        InterpolateJob.of(
            KeyframeInterpolation.DEFAULT, guide, Map.of(0, STYLE.frame(0), 70, STYLE.frame(70))));
  }

  @Test
  void dividedScan_makesTheJobOfOneScan() throws IOException {
    for (JobTask task : tasks()) {
      Path whole = Files.createTempDirectory(temp, "whole");
      Job.open(whole, task, JobOptions.DEFAULT, Monitor.NONE);
      for (int step : new int[] {75, 36, 11}) {
        Path folder = Files.createTempDirectory(temp, "divided");
        Job.open(folder, task, JobOptions.DEFAULT, scan(task, step), Monitor.NONE);
        assertThat(folder.resolve("plan/manifest.txt"))
            .as("%s, %d frames at a time", task.settings(), step)
            .hasSameTextualContentAs(whole.resolve("plan/manifest.txt"));
      }
    }
  }

  @Test
  void missingPart_isRefused() throws IOException {
    JobTask task = tasks().get(0);
    List<ScannedPart> parts = scan(task, 75);

    for (ScannedPart missing : parts) {
      List<ScannedPart> rest = new ArrayList<>(parts);
      rest.remove(missing);
      assertThatThrownBy(
              () -> Job.open(temp.resolve("job"), task, JobOptions.DEFAULT, rest, Monitor.NONE))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("scanned parts must");
    }
  }

  @Test
  void shards_computedInAnyOrderByAScheduler_giveTheBytesOfOneRun() throws IOException {
    PatchBlending fast = PatchBlending.fast(2);
    JobTask task = TestClips.job(fast, GUIDE, STYLE);
    JobOptions options = JobOptions.DEFAULT.withShardFrames(12).withPartFrames(5);
    Path folder = temp.resolve("job");
    Job job = Job.open(folder, task, options, Monitor.NONE);
    assertThat(job.unfinishedShards()).hasSize(job.shards());

    job.runShards(job.shards() - 1, job.shards(), Monitor.NONE);
    job.runShards(1, 4, Monitor.NONE);
    job.runShards(0, 2, Monitor.NONE);
    job.runShards(4, job.shards() - 1, Monitor.NONE);

    assertThat(job.unfinishedShards()).isEmpty();
    assertThat(TestClips.result(job)).isEqualTo(TestClips.plain(fast, GUIDE, STYLE));
    assertThat(TestClips.strays(folder)).isEmpty();
    assertThatThrownBy(() -> job.runShards(2, 2, Monitor.NONE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("first and end must be");
  }
}
