package org.diffsynth.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import org.diffsynth.deflicker.Deflicker;
import org.diffsynth.deflicker.DeflickerMask;
import org.diffsynth.deflicker.KeyframeInterpolation;
import org.diffsynth.deflicker.PatchBlending;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Video;
import org.diffsynth.testkit.TestFrames;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JobTest {

  private static final Video GUIDE = TestClips.guide(32, 24, 5);
  private static final Video STYLE = TestFrames.flicker(GUIDE, 9);
  private static final PatchBlending FAST = PatchBlending.fast(2);
  private static final JobOptions OPTIONS =
      JobOptions.DEFAULT.withShardFrames(10).withPartFrames(5).withLease(Duration.ofSeconds(1));

  @TempDir private Path temp;

  private Path folder() {
    return temp.resolve("job");
  }

  private static DeflickerJob task() {
    return TestClips.job(FAST, GUIDE, STYLE);
  }

  private static List<Frame> plain() throws IOException {
    return TestClips.plain(FAST, GUIDE, STYLE);
  }

  private static Monitor cancellingAfter(int frames) {
    AtomicInteger done = new AtomicInteger();
    return Monitor.of(
        step -> done.addAndGet(step.stage().equals("deflicker") ? 1 : 0),
        () -> done.get() >= frames);
  }

  private void runPartly() throws IOException {
    Job job = Job.open(folder(), task(), OPTIONS, Monitor.NONE);
    assertThatThrownBy(() -> job.run(cancellingAfter(23)))
        .isInstanceOf(CancellationException.class);
    assertThat(job.finishedFrames()).isBetween(15, 30);
    assertThat(TestClips.strays(folder())).isEmpty();
  }

  @Test
  void cancelledJob_continued_givesTheSameBytes() throws IOException {
    runPartly();

    assertThat(TestClips.result(folder(), task(), OPTIONS)).isEqualTo(plain());
  }

  @Test
  void finishedJob_isNotComputedAgain() throws IOException {
    TestClips.result(folder(), task(), OPTIONS);
    Job job = Job.open(folder(), task(), OPTIONS, Monitor.NONE);

    assertThat(job.isFinished()).isTrue();
    job.run(Monitor.of(step -> {}, () -> true)); // would be cancelled before the first frame
    assertThat(job).hasToString("Job[" + folder() + ", deflicker, 50 frames]");
  }

  @Test
  void movedFolder_continues() throws IOException {
    runPartly();
    Path moved = temp.resolve("elsewhere");
    Files.move(folder(), moved);

    assertThat(TestClips.result(moved, task(), OPTIONS)).isEqualTo(plain());
  }

  @Test
  void otherDivision_isThatOfTheFolder() throws IOException {
    runPartly();

    assertThat(TestClips.result(folder(), task(), JobOptions.DEFAULT)).isEqualTo(plain());
    assertThat(TestClips.parts(folder())).hasSizeGreaterThanOrEqualTo(10);
  }

  @Test
  void diskFull_stops_keepsFinishedParts_andContinues() throws IOException {
    AtomicInteger left = new AtomicInteger(20_000);
    Job job = Job.open(folder(), task(), OPTIONS, Monitor.NONE, out -> new FullDisk(out, left));

    assertThatThrownBy(() -> job.run(Monitor.NONE))
        .isInstanceOf(IOException.class)
        .hasMessage("No space left on device");

    assertThat(job.finishedFrames()).isBetween(1, 45);
    assertThat(TestClips.strays(folder())).isEmpty();
    assertThat(TestClips.result(folder(), task(), OPTIONS)).isEqualTo(plain());
  }

  /** A disk that has space for some bytes. */
  private static final class FullDisk extends FilterOutputStream {

    private final AtomicInteger left;

    FullDisk(OutputStream out, AtomicInteger left) {
      super(out);
      this.left = left;
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      if (left.addAndGet(-length) < 0) {
        throw new IOException("No space left on device");
      }
      out.write(bytes, from, length);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"flipped", "cut", "empty", "missing", "other job", "longer"})
  void damagedPart_isComputedAgain(String damage) throws IOException {
    TestClips.result(folder(), task(), OPTIONS);
    Path part = TestClips.parts(folder()).get(3);
    byte[] bytes = Files.readAllBytes(part);
    byte[] original = bytes.clone();
    switch (damage) {
      case "flipped" -> {
        bytes[bytes.length / 2] ^= 4;
        Files.write(part, bytes);
      }
      case "cut" -> Files.write(part, Arrays.copyOf(bytes, bytes.length / 2));
      case "empty" -> Files.write(part, new byte[0]);
      case "missing" -> Files.delete(part);
      case "longer" -> Files.write(part, Arrays.copyOf(bytes, bytes.length + 9));
      default -> {
        Path other = temp.resolve("other");
        TestClips.result(other, TestClips.job(PatchBlending.fast(1), GUIDE, STYLE), OPTIONS);
        Files.copy(TestClips.parts(other).get(3), part, StandardCopyOption.REPLACE_EXISTING);
      }
    }

    assertThat(TestClips.result(folder(), task(), OPTIONS)).isEqualTo(plain());
    assertThat(part).hasBinaryContent(original);
    assertThat(TestClips.strays(folder())).isEmpty();
  }

  @Test
  void changedWork_isRefused_namingTheDifference() throws IOException {
    runPartly();
    Video otherStyle = TestFrames.flicker(GUIDE, 10);

    assertDifference(TestClips.job(FAST, GUIDE, otherStyle), "style has changed");
    assertDifference(TestClips.job(FAST, STYLE, STYLE), "guide has changed");
    assertDifference(TestClips.job(FAST, null, STYLE), "guide is missing");
    assertDifference(
        TestClips.job(PatchBlending.sharp(2), GUIDE, STYLE), "mode was FAST and is SHARP");
    assertDifference(TestClips.job(PatchBlending.fast(3), GUIDE, STYLE), "window was 2 and is 3");
    assertDifference(TestClips.job(FAST.withSeed(1), GUIDE, STYLE), "matching was ");
    assertDifference(TestClips.job(FAST.withDelay(1), GUIDE, STYLE), "delay was not set and is 1");
    assertDifference(
        TestClips.job(FAST.withStrength(0.5), GUIDE, STYLE), "strength was not set and is 0.5");
    assertDifference(task().withDepth(Frame.Depth.UINT8), "depth was as computed and is UINT8");
    assertDifference(task().withSetting("hdr", "KEEP"), "hdr was not set and is KEEP");
    assertDifference(
        InterpolateJob.of(
            KeyframeInterpolation.DEFAULT, JobInput.of("guide", GUIDE), Map.of(0, STYLE.frame(0))),
        "task was deflicker and is interpolate");
    assertThat(TestClips.result(folder(), task(), OPTIONS)).isEqualTo(plain());
  }

  private void assertDifference(JobTask task, String text) {
    assertThatThrownBy(() -> Job.open(folder(), task, OPTIONS, Monitor.NONE))
        .isInstanceOfSatisfying(
            JobChangedException.class,
            e -> assertThat(e.differences()).anyMatch(line -> line.startsWith(text)))
        .hasMessageContaining(text)
        .hasMessageContaining("use another folder");
  }

  @Test
  void enginesAndThreads_mayDiffer() throws IOException {
    runPartly();
    DeflickerJob scalar =
        TestClips.job(
            FAST.withCompute(FAST.compute().withEngine("cpu-scalar").withThreads(1)), GUIDE, STYLE);

    assertThat(TestClips.result(folder(), scalar, OPTIONS)).isEqualTo(plain());
  }

  @Test
  void folderWithOtherFiles_isRefused() throws IOException {
    Files.createDirectories(folder());
    Files.writeString(folder().resolve("holiday.txt"), "");
    Files.writeString(temp.resolve("file"), "");

    assertThatThrownBy(() -> Job.open(folder(), task(), OPTIONS, Monitor.NONE))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("holds no job, but holiday.txt");
    assertThatThrownBy(() -> Job.open(temp.resolve("file"), task(), OPTIONS, Monitor.NONE))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is a file; a job needs a folder");
  }

  @Test
  void damagedManifest_isRefused() throws IOException {
    runPartly();
    Path manifest = folder().resolve("plan/manifest.txt");
    Files.writeString(manifest, Files.readString(manifest).replace("window\t2", "window\t3"));

    assertThatThrownBy(() -> Job.open(folder(), task(), OPTIONS, Monitor.NONE))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is damaged");
  }

  @Test
  void inputs_ofDifferentLength_areRefusedBeforeTheWork() {
    Video shorter = Video.of(GUIDE.frames().subList(0, 40), FrameRate.DEFAULT);

    assertThatThrownBy(
            () -> Job.open(folder(), TestClips.job(FAST, shorter, STYLE), OPTIONS, Monitor.NONE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the guide ends after 40 frames");
    assertThat(folder()).doesNotExist();
  }

  @Test
  void masks_ofWrongLength_areRefusedBeforeTheWork() {
    Video masks = Video.of(GUIDE.frames().subList(0, 40), FrameRate.DEFAULT);
    Deflicker masked = FAST.withMask(DeflickerMask.of(masks::open));
    DeflickerJob withMask =
        TestClips.job(masked, GUIDE, STYLE).withMask(JobInput.of("mask", masks));

    assertThatThrownBy(() -> Job.open(folder(), withMask, OPTIONS, Monitor.NONE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("mask must have 1 picture");
    assertThatThrownBy(
            () -> Job.open(folder(), TestClips.job(masked, GUIDE, STYLE), OPTIONS, Monitor.NONE))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("withMask");
  }

  @Test
  void keyFrames_thatDoNotFit_areRefusedBeforeTheWork() {
    JobInput guide = JobInput.of("guide", GUIDE);
    KeyframeInterpolation interpolation = KeyframeInterpolation.DEFAULT;

    assertThatThrownBy(() -> InterpolateJob.of(interpolation, guide, Map.of()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () ->
                Job.open(
                    folder(),
                    InterpolateJob.of(interpolation, guide, Map.of(50, STYLE.frame(0))),
                    OPTIONS,
                    Monitor.NONE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("key frame 50 lies beyond the guide, which has 50 frames");
  }

  @Test
  void otherDeflickers_areRefused() {
    assertThatThrownBy(() -> TestClips.job(Deflicker.UNCHANGED, GUIDE, STYLE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("PatchBlending or FlowBlending");
  }

  @Test
  void twoThreads_shareTheWork() throws Exception {
    List<Throwable> failures = new ArrayList<>();
    AtomicInteger computed = new AtomicInteger();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      Thread thread =
          new Thread(
              () -> {
                try {
                  Job job = Job.open(folder(), task(), OPTIONS, Monitor.NONE);
                  job.run(Monitor.of(step -> computed.incrementAndGet()));
                } catch (Throwable e) { // checked below
                  failures.add(e);
                }
              });
      thread.start();
      threads.add(thread);
    }
    for (Thread thread : threads) {
      thread.join();
    }

    assertThat(failures).isEmpty();
    assertThat(computed.get()).isEqualTo(50);
    assertThat(TestClips.result(folder(), task(), OPTIONS)).isEqualTo(plain());
  }

  @Test
  void machineThatDied_losesItsShardsAfterTheLease_whateverItsClockSays() throws IOException {
    for (Instant time : List.of(Instant.EPOCH, Instant.now().plus(Duration.ofDays(4000)))) {
      Path folder = temp.resolve("clock" + time.getEpochSecond());
      Job job = Job.open(folder, task(), OPTIONS.withLease(Duration.ofMillis(200)), Monitor.NONE);
      Path worker = folder.resolve("workers/8000");
      Files.createDirectories(worker.getParent());
      Files.writeString(worker, "another machine\n5\n");
      Path token = folder.resolve("plan/00001.at-8000");
      Files.move(folder.resolve("plan/00001.free"), token);
      Files.setLastModifiedTime(worker, FileTime.from(time));
      Files.setLastModifiedTime(token, FileTime.from(time));

      long start = System.nanoTime();
      job.run(Monitor.NONE);

      assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(200));
      assertThat(TestClips.result(job)).isEqualTo(plain());
    }
  }

  @Test
  void machineThatLives_keepsItsShards_whateverItsClockSays() throws Exception {
    Path workers = temp.resolve("workers");
    try (Worker own = Worker.start(workers, Duration.ofMillis(500))) {
      Path other = workers.resolve("8000");
      for (int beat = 0; beat < 12; beat++) {
        Files.writeString(other, "another machine\n" + beat + "\n");
        Files.setLastModifiedTime(other, FileTime.from(Instant.EPOCH));
        assertThat(own.isDead("8000")).isFalse();
        Thread.sleep(100);
      }
      Thread.sleep(600);
      assertThat(own.isDead("8000")).isTrue();
      assertThat(own.isDead("missing")).isTrue();
      assertThat(own.isDead(own.id())).isFalse();
    }
    assertThat(workers).isDirectoryNotContaining("glob:**/8000?*");
  }

  @Test
  void missingToken_isMadeAgain() throws IOException {
    Job job = Job.open(folder(), task(), OPTIONS, Monitor.NONE);
    Files.delete(folder().resolve("plan/00002.free"));

    assertThat(TestClips.result(job)).isEqualTo(plain());
  }

  @Test
  void input_ofFiles_hasAFingerprintOfItsBytes() throws IOException {
    Path file = Files.writeString(temp.resolve("a.mp4"), "abc");
    Path copy = Files.writeString(temp.resolve("b.mp4"), "abc");
    JobInput input = JobInput.of("style", file, STYLE::open);

    assertThat(input.fingerprint()).startsWith("sha256:");
    assertThat(JobInput.of("style", copy, STYLE::open).fingerprint())
        .isEqualTo(input.fingerprint());
    Files.writeString(copy, "abd");
    assertThat(JobInput.of("style", copy, STYLE::open).fingerprint())
        .isNotEqualTo(input.fingerprint());
    assertThatThrownBy(() -> JobInput.of("style", temp.resolve("none.mp4"), STYLE::open))
        .isInstanceOf(IOException.class);
  }

  @Test
  void options_outOfRange_areRefused() {
    assertThatThrownBy(() -> JobOptions.DEFAULT.withShardFrames(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("shardFrames must be in [1, 100000], but was 0");
    assertThatThrownBy(() -> JobOptions.DEFAULT.withPartFrames(241))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("partFrames must be in [1, shardFrames = 240], but was 241");
    assertThatThrownBy(() -> JobOptions.DEFAULT.withLease(Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(JobOptions.DEFAULT.withShardFrames(7).partFrames()).isEqualTo(7);
  }
}
