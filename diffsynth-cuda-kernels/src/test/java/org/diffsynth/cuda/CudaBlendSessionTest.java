package org.diffsynth.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.Video;
import org.diffsynth.match.NearestNeighborField;
import org.diffsynth.match.PatchMatchOptions;
import org.diffsynth.match.PatchMatchOptions.SearchSchedule;
import org.diffsynth.spi.BlendSession;
import org.diffsynth.spi.BlendSession.Remap;
import org.diffsynth.spi.PatchMatcher;
import org.diffsynth.spi.PatchMatcherProvider;
import org.diffsynth.testkit.TestFrames;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The host side on kernels that run on the CPU. */
class CudaBlendSessionTest {

  private static final long SUM = 1000;

  @BeforeEach
  void shimIsThere() {
    assumeThat(ShimLibrary.missing()).isNull();
  }

  private record Results(List<Frame> blends, List<NearestNeighborField> fields) {}

  /** All kinds of remaps, onto two frames, {@code batch} sources each. */
  private static Results blend(
      PatchMatcherProvider provider, PatchMatchOptions options, Video guide, Video style) {
    int last = guide.size() - 1;
    Frame any = guide.frame(0);
    try (PatchMatcher matcher = provider.open(options, 2);
        BlendSession session = matcher.openSession(any.width(), any.height())) {
      for (int i = 0; i <= last; i++) {
        session.putGuide(i, guide.frame(i));
        session.putPicture(i, style.frame(i));
      }
      List<Remap> fresh = new ArrayList<>();
      List<Remap> via = new ArrayList<>();
      List<Remap> aligned = new ArrayList<>();
      for (int i = 1; i <= last; i++) {
        fresh.add(new Remap(i, i, 0, new Remap.Fresh(), SUM, i, true));
        fresh.add(new Remap(0, 0, i, new Remap.Fresh(), SUM + 1, 1, true));
      }
      session.remap(fresh);
      session.add(0, SUM, -2);
      session.finish(SUM, SUM);
      for (int i = 1; i <= last; i++) {
        aligned.add(new Remap(i, i, 0, new Remap.AlignTo(SUM), SUM + 3, 2, true));
        if (i > 1) {
          via.add(new Remap(1, 1, i, new Remap.Via(0), SUM + 1, 3, i % 2 == 0));
        }
      }
      session.remap(via);
      session.remap(aligned);
      List<Frame> blends = new ArrayList<>();
      blends.add(session.take(SUM + 1));
      blends.add(session.take(SUM + 3));
      List<NearestNeighborField> fields =
          IntStream.rangeClosed(1, last).mapToObj(i -> session.field(i, 0)).toList();
      return new Results(blends, fields);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "16, 16, 1",
    "16, 16, 33",
    "17, 40, 5",
    "64, 48, 32",
    "37, 23, 31",
    "101, 67, 3",
    "333, 257, 2"
  })
  void remap_anySizeAndBatch_equalsTheScalarEngine(int width, int height, int batch) {
    Video guide = TestFrames.pan(batch + 1, width, height, 1, 1, batch);
    Video style = TestFrames.flicker(guide, 7);

    Results expected =
        blend(PatchMatcherProvider.choose("cpu-scalar"), PatchMatchOptions.DEFAULT, guide, style);

    assertThat(blend(new ShimPatchMatcherProvider(), PatchMatchOptions.DEFAULT, guide, style))
        .isEqualTo(expected);
    assertThat(
            blend(new ShimPatchMatcherProvider.Several(), PatchMatchOptions.DEFAULT, guide, style))
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"13, 13, 2", "40, 31, 5", "60, 53, 2"})
  void remap_publishedSchedule_equalsTheScalarEngine(int width, int height, int batch) {
    Video guide = TestFrames.pan(batch + 1, width, height, 1, 1, batch);
    Video style = TestFrames.flicker(guide, 7);

    Results expected =
        blend(PatchMatcherProvider.choose("cpu-scalar"), PatchMatchOptions.PUBLISHED, guide, style);

    assertThat(blend(new ShimPatchMatcherProvider(), PatchMatchOptions.PUBLISHED, guide, style))
        .isEqualTo(expected);
  }

  @Test
  void remap_otherOptions_equalsTheScalarEngine() {
    Video guide = TestFrames.pan(4, 75, 66, 2, 1, 3);
    Video style = TestFrames.flicker(guide, 8);
    for (PatchMatchOptions options :
        List.of(
            PatchMatchOptions.DEFAULT.withPatchSizes(9, 9, 5, 5, 5, 3).withSeed(-1),
            PatchMatchOptions.DEFAULT.withRandomProbes(0, 1).withGuideWeight(0),
            PatchMatchOptions.DEFAULT.withRandomProbes(16, 1024).withGuideWeight(1e30f),
            PatchMatchOptions.DEFAULT.withPatchSizes(63).withSeed(1L << 40))) {
      assertThat(blend(new ShimPatchMatcherProvider(), options, guide, style))
          .as(options.toString())
          .isEqualTo(blend(PatchMatcherProvider.choose("cpu-scalar"), options, guide, style));
    }
  }

  /** Field (4, 0) is found on one device, aligned on another, and aligned again. */
  @Test
  void remap_fieldAlignedOnAnotherDevice_isNotTakenFromTheFirst() {
    Video guide = TestFrames.pan(5, 48, 40, 2, 1, 3);
    Video style = TestFrames.flicker(guide, 8);

    assertThat(alignFourTwice(new ShimPatchMatcherProvider.Several(), guide, style))
        .isEqualTo(alignFourTwice(PatchMatcherProvider.choose("cpu-scalar"), guide, style));
  }

  private static NearestNeighborField alignFourTwice(
      PatchMatcherProvider provider, Video guide, Video style) {
    try (PatchMatcher matcher = provider.open(PatchMatchOptions.DEFAULT, 1);
        BlendSession session = matcher.openSession(48, 40)) {
      for (int i = 0; i < 5; i++) {
        session.putGuide(i, guide.frame(i));
        session.putPicture(i, style.frame(i));
      }
      session.remap(
          IntStream.rangeClosed(1, 4)
              .mapToObj(i -> new Remap(i, i, 0, new Remap.Fresh(), SUM, 1, true))
              .toList());
      Remap one = new Remap(1, 1, 0, new Remap.AlignTo(0), SUM, 1, true);
      Remap four = new Remap(4, 4, 0, new Remap.AlignTo(0), SUM, 1, true);
      session.remap(List.of(one, four));
      session.remap(List.of(four));
      return session.field(4, 0);
    }
  }

  @Test
  void take_weightsOfZero_saysSo() {
    try (PatchMatcher matcher = new ShimPatchMatcherProvider().open(PatchMatchOptions.DEFAULT, 1);
        BlendSession session = matcher.openSession(20, 20)) {
      session.putPicture(0, TestFrames.plain(20, 20, 9));
      session.add(0, SUM, 1);
      session.add(0, SUM, -1);

      assertThatThrownBy(() -> session.take(SUM))
          .isInstanceOf(ArithmeticException.class)
          .hasMessage("the weights of sum 1000 add up to 0");
    }
  }

  @Test
  void close_twiceAndAfterFailure_freesEverything() {
    ShimDevice device = new ShimDevice("shim", 1L << 26);
    PatchMatcher matcher =
        new CudaPatchMatcher(PatchMatchOptions.DEFAULT, List.of(device), DeviceLimits.DEFAULT);
    BlendSession session = matcher.openSession(64, 48);
    session.putGuide(0, TestFrames.texture(64, 48, 1));
    session.putPicture(0, TestFrames.texture(64, 48, 1));
    assertThatThrownBy(() -> session.remap(List.of(Remap.fresh(0, 0, 1, SUM, 1))))
        .hasMessageContaining("holds no guide of frame 1");
    session.close();
    session.close();

    assertThat(device.freeBytes()).isEqualTo(1L << 26);
    matcher.close();
    matcher.close();
  }

  @Test
  void remap_runAgain_takesNoMoreMemory() {
    ShimDevice device = new ShimDevice("shim", 1L << 26);
    Video clip = TestFrames.pan(3, 64, 48, 1, 1, 1);
    try (PatchMatcher matcher =
            new CudaPatchMatcher(PatchMatchOptions.DEFAULT, List.of(device), DeviceLimits.DEFAULT);
        BlendSession session = matcher.openSession(64, 48)) {
      long free = 0;
      for (int round = 0; round < 4; round++) {
        for (int i = 0; i < 3; i++) {
          session.putGuide(i, clip.frame(i));
          session.putPicture(i, clip.frame(i));
        }
        session.remap(List.of(new Remap(0, 0, 1, new Remap.Fresh(), SUM, 1, true)));
        session.remap(List.of(new Remap(0, 0, 1, new Remap.AlignTo(1), SUM, 1, true)));
        session.take(SUM);
        session.dropField(0, 1);
        for (int i = 0; i < 3; i++) {
          session.dropFrame(i);
          session.dropPicture(i);
        }
        if (round == 1) {
          free = device.freeBytes();
        }
      }
      assertThat(device.freeBytes()).isEqualTo(free);
    }
  }

  /** Round after round other pictures, in the same shape. */
  @ParameterizedTest
  @CsvSource({"SWEEP", "PUBLISHED"})
  void remap_shapeSeenAgain_isRecordedOnceAndEqualsTheScalarEngine(SearchSchedule schedule) {
    PatchMatchOptions options =
        schedule == SearchSchedule.SWEEP ? PatchMatchOptions.DEFAULT : PatchMatchOptions.PUBLISHED;
    ShimDevice device = new ShimDevice("shim", 1L << 28);
    try (PatchMatcher matcher =
            new CudaPatchMatcher(options, List.of(device), DeviceLimits.DEFAULT);
        BlendSession session = matcher.openSession(40, 36);
        PatchMatcher scalar = PatchMatcherProvider.choose("cpu-scalar").open(options, 1);
        BlendSession expected = scalar.openSession(40, 36)) {
      for (int round = 0; round < 5; round++) {
        assertThat(blendThree(session, round)).isEqualTo(blendThree(expected, round));
      }
      assertThat(device.recorded()).isEqualTo(2); // fresh and aligned
      assertThat(device.replayed()).isEqualTo(8);
    }
  }

  private static List<Object> blendThree(BlendSession session, int round) {
    Video guide = TestFrames.pan(4, 40, 36, 2, 1, round);
    List<Remap> fresh = new ArrayList<>();
    List<Remap> aligned = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      session.putGuide(i, guide.frame(i));
      session.putPicture(i, guide.frame(3 - i));
      if (i > 0) {
        fresh.add(new Remap(i, i, 0, new Remap.Fresh(), SUM + i % 2, i, true));
        aligned.add(new Remap(i, i, 0, new Remap.AlignTo(0), SUM, 1, true));
      }
    }
    session.remap(fresh);
    session.remap(aligned);
    return List.of(session.take(SUM), session.take(SUM + 1), session.field(3, 0));
  }

  @Test
  void remap_manyShapes_keepsFewRecordings() {
    ShimDevice device = new ShimDevice("shim", 1L << 28);
    int shapes = CudaGraphCache.MOST_SHAPES + 8;
    try (PatchMatcher matcher =
        new CudaPatchMatcher(PatchMatchOptions.DEFAULT, List.of(device), DeviceLimits.DEFAULT)) {
      try (BlendSession session = matcher.openSession(16, 16)) {
        put(session, 16, 16);
        List<Remap> batch = new ArrayList<>();
        for (int count = 1; count <= shapes; count++) {
          batch.add(Remap.fresh(0, 0, 1, SUM, 1));
          session.remap(batch);
          session.remap(batch);
        }
        // Room grew with each batch, and what was recorded for less room is of no use.
        assertThat(device.recordingsHeld()).isEqualTo(1);
        for (int count = shapes; count >= 1; count--) {
          session.remap(batch.subList(0, count));
          session.remap(batch.subList(0, count));
        }
        assertThat(device.recordingsHeld()).isEqualTo(CudaGraphCache.MOST_SHAPES);
      }
      assertThat(device.recordingsHeld()).isZero();
    }
  }

  @Test
  void remap_roomForWorkGivenUp_recordingsGoWithIt() {
    ShimDevice device = new ShimDevice("shim", 420_000);
    try (PatchMatcher matcher =
            new CudaPatchMatcher(
                PatchMatchOptions.DEFAULT, List.of(device), new DeviceLimits(1, 8));
        BlendSession session = matcher.openSession(64, 48)) {
      put(session, 64, 48);
      List<Remap> batch = List.of(Remap.fresh(0, 0, 1, SUM, 1), Remap.fresh(0, 0, 1, SUM, 1));
      session.remap(batch);
      session.remap(batch);
      assertThat(device.recordingsHeld()).isEqualTo(1);
      for (int picture = 1; device.recordingsHeld() > 0; picture++) {
        assertThat(picture).as("pictures in 420 kB").isLessThan(20);
        session.putPicture(picture, TestFrames.texture(64, 48, picture));
      }
      session.remap(batch);
      session.remap(batch);

      assertThat(session.take(SUM)).isEqualTo(aloneTwice(batch.get(0)));
    }
  }

  private static Frame aloneTwice(Remap remap) {
    try (PatchMatcher scalar =
            PatchMatcherProvider.choose("cpu-scalar").open(PatchMatchOptions.DEFAULT, 1);
        BlendSession session = scalar.openSession(64, 48)) {
      put(session, 64, 48);
      session.remap(List.of(remap, remap));
      return session.take(SUM);
    }
  }

  private static void put(BlendSession session, int width, int height) {
    session.putGuide(0, TestFrames.texture(width, height, 1));
    session.putGuide(1, TestFrames.texture(width, height, 3));
    session.putPicture(0, TestFrames.texture(width, height, 2));
  }
}
