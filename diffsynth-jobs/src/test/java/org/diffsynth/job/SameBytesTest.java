package org.diffsynth.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.diffsynth.deflicker.Deflicker;
import org.diffsynth.deflicker.DeflickerMask;
import org.diffsynth.deflicker.FlowBlending;
import org.diffsynth.deflicker.KeyframeInterpolation;
import org.diffsynth.deflicker.PatchBlending;
import org.diffsynth.deflicker.Shots;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Video;
import org.diffsynth.io.Resampler;
import org.diffsynth.testkit.TestFrames;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Any division of a clip gives the bytes of one uninterrupted run. {@code
 * -Ddiffsynth.everyDivision=true} tries more divisions, down to single frames, in five minutes.
 */
class SameBytesTest {

  private static final int WIDTH = 40;
  private static final int HEIGHT = 32;
  private static final Video GUIDE = TestClips.guide(WIDTH, HEIGHT, 4);
  private static final Video STYLE = TestFrames.flicker(GUIDE, 5);

  @TempDir private Path temp;

  static Stream<Arguments> deflickers() {
    PatchBlending sharp = PatchBlending.sharp(6);
    Shots given = Shots.startingAt(List.of(10, 11, 30));
    Video masks = masks(GUIDE.size());
    return Stream.of(
        Arguments.of("sharp 6", sharp, true),
        Arguments.of("sharp 1", PatchBlending.sharp(1), true),
        Arguments.of("sharp 15", PatchBlending.sharp(15), true),
        Arguments.of("sharp 6, delay 0", sharp.withDelay(0), true),
        Arguments.of("sharp 6, delay 9", sharp.withDelay(9), true),
        Arguments.of("sharp 6, one shot", sharp.withShots(Shots.NONE), true),
        Arguments.of("sharp 6, given shots", sharp.withShots(given), true),
        Arguments.of("sharp 6, seed", sharp.withSeed(7), true),
        Arguments.of("sharp 6, blind", sharp, false),
        Arguments.of("sharp 6, blind, given shots", sharp.withShots(given), false),
        Arguments.of("fast 1", PatchBlending.fast(1), true),
        Arguments.of("fast 6", PatchBlending.fast(6), true),
        Arguments.of("fast 7, delay 2", PatchBlending.fast(7).withDelay(2), true),
        Arguments.of("fast 40", PatchBlending.fast(40), true),
        Arguments.of("fast 6, blind", PatchBlending.fast(6), false),
        Arguments.of("balanced 5", PatchBlending.balanced(5), true),
        Arguments.of("balanced 5, delay 1", PatchBlending.balanced(5).withDelay(1), true),
        Arguments.of("balanced 5, one shot", PatchBlending.balanced(5).withShots(Shots.NONE), true),
        Arguments.of("balanced 5, blind", PatchBlending.balanced(5), false),
        Arguments.of("window 0", PatchBlending.fast(0), true),
        Arguments.of("window 0, blind", PatchBlending.sharp(0), false),
        Arguments.of("flow 3", FlowBlending.of(3), true),
        Arguments.of("flow 3, blind", FlowBlending.of(3), false),
        Arguments.of("strength 0", PatchBlending.fast(3).withStrength(0), true),
        Arguments.of("strength 0.5", PatchBlending.fast(3).withStrength(0.5), true),
        Arguments.of("luma, blind", PatchBlending.fast(3).withLumaOnly(), false),
        Arguments.of("colour", sharp.withColourOnly(), true),
        Arguments.of(
            "mask of one picture",
            PatchBlending.fast(3).withMask(DeflickerMask.of(masks.frame(3)).withFeather(2)),
            true),
        Arguments.of(
            "mask of many pictures",
            sharp.withMask(DeflickerMask.of(masks).withFeather(0)).withStrength(0.7),
            true));
  }

  private static Video masks(int count) {
    List<Frame> masks = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      byte[] samples = new byte[WIDTH * HEIGHT * 3];
      for (int k = 0; k < samples.length; k++) {
        samples[k] = (byte) (k / 3 % WIDTH > i % WIDTH ? 255 : 0);
      }
      masks.add(Frame.ofRgb8(WIDTH, HEIGHT, samples));
    }
    return Video.of(masks, FrameRate.DEFAULT);
  }

  private static DeflickerJob job(Deflicker deflicker, Video guide, Video style) {
    return TestClips.job(deflicker, guide, style).withMask(JobInput.of("mask", style));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("deflickers")
  void anyDivision_givesTheBytesOfOneRun(String name, Deflicker deflicker, boolean guided)
      throws IOException {
    Video guide = guided ? GUIDE : null;
    assertSame(job(deflicker, guide, STYLE), TestClips.plain(deflicker, guide, STYLE));
  }

  @Test
  void guideThatIsTheStyle_anyDivision_givesTheBytesOfOneRun() throws IOException {
    Deflicker sharp = PatchBlending.sharp(3);

    assertSame(job(sharp, STYLE, STYLE), TestClips.plain(sharp, STYLE, STYLE));
  }

  @Test
  void guideThatIsTheStyleAtFirst_anyDivision_givesTheBytesOfOneRun() throws IOException {
    Deflicker fast = PatchBlending.fast(3);
    List<Frame> frames = new ArrayList<>(STYLE.frames().subList(0, 14));
    frames.addAll(GUIDE.frames().subList(14, GUIDE.size()));
    Video guide = Video.of(frames, FrameRate.DEFAULT);

    assertSame(job(fast, guide, STYLE), TestClips.plain(fast, guide, STYLE));
  }

  @Test
  void smallGuide_anyDivision_givesTheBytesOfOneRun() throws IOException {
    List<Frame> frames = new ArrayList<>();
    FrameSize half = new FrameSize(WIDTH / 2, HEIGHT / 2);
    GUIDE.forEach(frame -> frames.add(Resampler.resized(frame, half)));
    Video guide = Video.of(frames, FrameRate.DEFAULT);
    for (Deflicker deflicker :
        List.of(PatchBlending.sharp(5), PatchBlending.fast(5), FlowBlending.of(2))) {
      assertSame(job(deflicker, guide, STYLE), TestClips.plain(deflicker, guide, STYLE));
    }
  }

  @Test
  void singleFrame_isFinished() throws IOException {
    Video one = Video.of(List.of(GUIDE.frame(20)), FrameRate.DEFAULT);
    for (Video guide : new Video[] {one, null}) {
      Deflicker sharp = PatchBlending.sharp(6);
      assertSame(job(sharp, guide, one), TestClips.plain(sharp, guide, one));
    }
  }

  @Test
  void interpolation_anyDivision_givesTheBytesOfOneRun() throws IOException {
    for (List<Integer> numbers :
        List.of(List.of(3, 9, 40), List.of(0, 15, 24, 25, 48), List.of(23))) {
      Map<Integer, Frame> keys = new TreeMap<>();
      numbers.forEach(number -> keys.put(number, STYLE.frame(number)));
      for (Shots shots : List.of(Shots.AUTO, Shots.NONE)) {
        KeyframeInterpolation interpolation = KeyframeInterpolation.DEFAULT.withShots(shots);
        Video.Collector out = Video.collector(FrameRate.DEFAULT);
        try (FrameSource guide = GUIDE.open()) {
          interpolation.apply(guide, keys, out, Monitor.NONE);
        }
        assertSame(
            InterpolateJob.of(interpolation, JobInput.of("guide", GUIDE), keys),
            out.toVideo().frames());
      }
    }
  }

  @Test
  void cuts_areThoseOfThePlainRun() throws IOException {
    Job job =
        Job.open(
            temp.resolve("cuts"),
            job(PatchBlending.DEFAULT, GUIDE, STYLE),
            JobOptions.DEFAULT,
            Monitor.NONE);

    assertThat(job.shotStarts()).containsExactly(24, 28);
    assertThat(job.frames()).isEqualTo(GUIDE.size());
  }

  /** Compares one shard, two, many at shots, and parts that are each computed alone. */
  private void assertSame(JobTask task, List<Frame> plain) throws IOException {
    int[][] divisions =
        Boolean.getBoolean("diffsynth.everyDivision")
            ? new int[][] {{1000, 30}, {25, 25}, {8, 3}, {5, 1}}
            : new int[][] {{25, 25}, {9, 5}};
    for (int[] division : divisions) {
      Path folder = Files.createTempDirectory(temp, "job");
      JobOptions options =
          JobOptions.DEFAULT.withShardFrames(division[0]).withPartFrames(division[1]);
      Job job = Job.open(folder, task, options, Monitor.NONE);
      assertThat(TestClips.result(job)).as("in one go, %s", options).isEqualTo(plain);
      List<Path> parts = TestClips.parts(folder);
      for (int left = 0; left < 2 && division[1] <= 5; left++) {
        for (int i = left; i < parts.size(); i += 2) {
          Files.delete(parts.get(i));
        }
        assertThat(TestClips.result(job)).as("part by part, %s", options).isEqualTo(plain);
      }
      assertThat(TestClips.strays(folder)).isEmpty();
    }
  }
}
