package org.diffsynth.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import org.diffsynth.compute.Availability;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.deflicker.BlendingStream;
import org.diffsynth.deflicker.KeyframeInterpolation;
import org.diffsynth.deflicker.PatchBlending;
import org.diffsynth.deflicker.PatchBlending.BlendMode;
import org.diffsynth.deflicker.Shots;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.FrameSink;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Monitor.Progress;
import org.diffsynth.frame.Video;
import org.diffsynth.frame.VideoFormat;
import org.diffsynth.internal.text.Text;
import org.diffsynth.match.FieldCache;
import org.diffsynth.match.PatchMatchOptions;
import org.diffsynth.spi.PatchMatcherProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The results of blending and key-frame interpolation that every engine must give, byte for byte,
 * as a JUnit 5 suite to run against an implementation.
 *
 * <p>Extend this class and implement {@link #backend}; the provider must be listed for {@link
 * java.util.ServiceLoader}. All tests are skipped if the engine is not ready on this machine.
 */
public abstract class PatchBlendingContract {

  private static final GoldenHashes GOLDEN = GoldenHashes.of("patch-matcher.properties");

  private static final Video GUIDE = TestFrames.pan(9, 48, 40, 2, 1, 30);
  private static final Video STYLE = TestFrames.flicker(TestFrames.pan(9, 48, 40, 2, 1, 31), 32);

  /** Returns the name of the provider under test, such as {@code "cpu"}. */
  protected abstract String backend();

  @BeforeEach
  void backendMustBeReady() {
    assumeThat(
            PatchMatcherProvider.all().stream()
                .filter(provider -> provider.name().equals(backend()))
                .map(provider -> provider.probe() instanceof Availability.Ready))
        .containsExactly(true);
  }

  private PatchBlending blending(BlendMode mode, int window) {
    return PatchBlending.of(mode, window)
        .withCompute(ComputeOptions.AUTO.withEngine(backend()).withThreads(2));
  }

  @ParameterizedTest
  @EnumSource
  void apply_everyMode_givesTheReferenceBytes(BlendMode mode) {
    GOLDEN.check("blend " + mode, blending(mode, 3).apply(GUIDE, STYLE));
  }

  @ParameterizedTest
  @EnumSource
  void apply_anyNumberOfThreads_givesTheSameBytes(BlendMode mode) {
    Video one =
        blending(mode, 3)
            .withCompute(ComputeOptions.AUTO.withEngine(backend()).withThreads(1))
            .apply(GUIDE, STYLE);
    Video four =
        blending(mode, 3)
            .withCompute(ComputeOptions.AUTO.withEngine(backend()).withThreads(4))
            .apply(GUIDE, STYLE);

    assertThat(four.frames()).isEqualTo(one.frames());
    GOLDEN.check("blend " + mode, one);
  }

  @ParameterizedTest
  @EnumSource
  void apply_withDelay_givesTheReferenceBytes(BlendMode mode) {
    GOLDEN.check("blend delayed " + mode, blending(mode, 3).withDelay(2).apply(GUIDE, STYLE));
  }

  /** A frame depends on the frames up to the delay only. */
  @ParameterizedTest
  @EnumSource
  void apply_withDelay_doesNotDependOnLaterFrames(BlendMode mode) {
    for (int delay : new int[] {0, 1, 2, 5}) {
      PatchBlending blending = blending(mode, 3).withDelay(delay);
      List<Frame> whole = blending.apply(GUIDE, STYLE).frames();
      int read = 3 + delay;

      List<Frame> beginning = blending.apply(first(read, GUIDE), first(read, STYLE)).frames();

      assertThat(beginning.subList(0, 3)).as("delay %d", delay).isEqualTo(whole.subList(0, 3));
    }
  }

  @ParameterizedTest
  @EnumSource
  void apply_withALongDelay_givesTheBytesWithout(BlendMode mode) {
    assertThat(blending(mode, 2).withDelay(9).apply(GUIDE, STYLE).frames())
        .isEqualTo(blending(mode, 2).apply(GUIDE, STYLE).frames());
  }

  /** Flash, fade and cut do not make a frame later than the delay, pushed or read. */
  @ParameterizedTest
  @EnumSource
  void push_anyClip_writesTheFramesOfApplyInTime(BlendMode mode) throws IOException {
    Video scene = joined(TestFrames.pan(14, 48, 40, 1, 1, 50), TestFrames.pan(4, 48, 40, 0, 1, 5));
    int[] gains = {1, 2, 3, 4, 5, 5, 5, 5, 8, 5, 5, 4, 3, 2, 5, 5, 5, 5};
    Video guide = faded(scene, gains, 0);
    Video style = faded(TestFrames.flicker(scene, 51), gains, 0);
    for (int delay : new int[] {0, 2, 4, 6}) {
      PatchBlending blending = blending(mode, 3).withDelay(delay);
      InTime read = new InTime(delay);
      try (FrameSource guideFrames = guide.open();
          FrameSource styleFrames = read.counting(style.open())) {
        blending.apply(guideFrames, styleFrames, read, Monitor.NONE);
      }
      InTime pushed = new InTime(delay);
      try (BlendingStream stream =
          blending.open(style.format().withFrameCount(-1), pushed, Monitor.NONE)) {
        for (int frame = 0; frame < style.size(); frame++) {
          pushed.next();
          stream.push(guide.frame(frame), style.frame(frame));
        }
        pushed.next();
        stream.finish();
        assertThatThrownBy(() -> stream.push(guide.frame(0), style.frame(0)))
            .isInstanceOf(IllegalStateException.class)
            .hasMessage("the stream has ended; open another one");
      }

      assertThat(pushed.frames).isEqualTo(read.frames).hasSize(style.size());
    }
  }

  /** Collects frames and checks before each further frame that none is late. */
  private static final class InTime implements FrameSink {
    final List<Frame> frames = new ArrayList<>();
    private final int delay;
    private int pushed;

    InTime(int delay) {
      this.delay = delay;
    }

    void next() {
      assertThat(frames.size())
          .as("frames that are out when %d have arrived", pushed)
          .isGreaterThanOrEqualTo(pushed - delay);
      pushed++;
    }

    FrameSource counting(FrameSource source) {
      return new FrameSource() {
        @Override
        public VideoFormat format() {
          return source.format();
        }

        @Override
        public Frame read() throws IOException {
          next();
          return source.read();
        }

        @Override
        public void close() throws IOException {
          source.close();
        }
      };
    }

    @Override
    public void write(Frame frame) {
      frames.add(frame);
    }

    @Override
    public void commit() {}

    @Override
    public void close() {}
  }

  @Test
  void push_anotherSize_isRefused() throws IOException {
    Frame small = TestFrames.plain(40, 40, 9);
    try (BlendingStream stream =
        blending(BlendMode.FAST, 3).open(STYLE.format(), new InTime(0), Monitor.NONE)) {
      assertThatThrownBy(() -> stream.push(GUIDE.frame(0), small))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("style must have the stream's size 48x40, but was 40x40");
      stream.push(GUIDE.frame(0), STYLE.frame(0));
    }
  }

  @Test
  void withDelay_outOfRange_isRefused() {
    assertThatThrownBy(() -> PatchBlending.DEFAULT.withDelay(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("delay must be in [0, 10000], but was -1");
  }

  private static Video first(int frames, Video video) {
    return Video.of(video.frames().subList(0, frames), FrameRate.DEFAULT);
  }

  /**
   * A field cache never changes the result, however many fields it holds and whichever style is
   * carried along the fields.
   */
  @ParameterizedTest
  @CsvSource({
    "SHARP, 1000000",
    "SHARP, 100000",
    "FAST, 1000000",
    "FAST, 60000",
    "BALANCED, 1000000",
    "BALANCED, 60000",
    "BALANCED, 0"
  })
  void apply_withFieldCache_givesTheSameBytes(BlendMode mode, long budget) throws IOException {
    PatchBlending blending = blending(mode, 3);
    Video other = TestFrames.flicker(STYLE, 77);
    try (FieldCache cache = FieldCache.ofBytes(budget)) {
      for (Video style : List.of(STYLE, other, STYLE)) {
        Video.Collector cached = Video.collector(style.format().frameRate());
        try (FrameSource guideFrames = GUIDE.open();
            FrameSource styleFrames = style.open()) {
          blending.apply(guideFrames, styleFrames, cached, Monitor.NONE, cache);
        }
        assertThat(cached.toVideo().frames()).isEqualTo(blending.apply(GUIDE, style).frames());
      }
      assertThat(cache.bytes()).isLessThanOrEqualTo(budget);
      assertThat(cache.hits() > 0).isEqualTo(budget > 0);
    }
  }

  /** A window of more than 4 frames has composed fields, one of more than 8 has anchors. */
  @Test
  void apply_sharpOverAWideWindow_givesTheReferenceBytes() {
    Video guide = TestFrames.pan(13, 48, 40, 2, 1, 30);
    Video style = TestFrames.flicker(TestFrames.pan(13, 48, 40, 2, 1, 31), 32);

    GOLDEN.check("blend SHARP wide", blending(BlendMode.SHARP, 11).apply(guide, style));
  }

  @Test
  void apply_publishedSchedule_givesTheReferenceBytes() {
    PatchBlending published =
        blending(BlendMode.BALANCED, 2).withMatching(PatchMatchOptions.PUBLISHED);

    GOLDEN.check("blend published", published.apply(GUIDE, STYLE));
  }

  @Test
  void apply_sharpOnPublishedSchedule_blendsToo() {
    PatchBlending published =
        blending(BlendMode.SHARP, 2).withMatching(PatchMatchOptions.PUBLISHED);

    assertThat(meanSquaredError(published.apply(GUIDE, STYLE), STYLE)).isGreaterThan(10);
  }

  @Test
  void apply_otherSeed_givesOtherBytes() {
    PatchBlending blending = blending(BlendMode.BALANCED, 2);

    assertThat(blending.withSeed(1).apply(GUIDE, STYLE).frames())
        .isNotEqualTo(blending.apply(GUIDE, STYLE).frames());
  }

  @ParameterizedTest
  @EnumSource
  void apply_windowZero_changesNothing(BlendMode mode) {
    assertSameSamples(blending(mode, 0).apply(GUIDE, STYLE), STYLE);
  }

  @ParameterizedTest
  @EnumSource
  void apply_oneFrame_changesNothing(BlendMode mode) {
    Video one = Video.of(STYLE.frames().subList(0, 1), FrameRate.DEFAULT);

    assertSameSamples(blending(mode, 15).apply(one, one), one);
  }

  @ParameterizedTest
  @EnumSource
  void apply_twoFramesAndAWiderWindow_blendsBoth(BlendMode mode) {
    Frame dark = TestFrames.plain(16, 12, 40);
    Frame bright = TestFrames.plain(16, 12, 80);
    Video guide =
        Video.of(
            List.of(TestFrames.plain(16, 12, 9), TestFrames.plain(16, 12, 9)), FrameRate.DEFAULT);

    Video steady =
        blending(mode, 60).apply(guide, Video.of(List.of(dark, bright), FrameRate.DEFAULT));

    assertThat(steady.frame(0).toRgb8()).containsOnly(60);
    assertThat(steady.frame(1).toRgb8()).containsOnly(60);
  }

  @ParameterizedTest
  @EnumSource
  void apply_staticClip_staysAsItIs(BlendMode mode) {
    Frame still = TestFrames.texture(40, 30, 33);
    Video clip = Video.of(List.of(still, still, still, still, still, still), FrameRate.DEFAULT);

    assertSameSamples(blending(mode, 4).apply(clip, clip), clip);
  }

  /**
   * With a static guide, the modes FAST and BALANCED give the plain mean of the window, up to
   * rounding.
   */
  @Test
  void apply_staticGuide_fastAndBalancedAgreeToRounding() {
    Frame still = TestFrames.texture(40, 30, 34);
    List<Frame> guide = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      guide.add(still);
    }
    Video steadyGuide = Video.of(guide, FrameRate.DEFAULT);
    Video style = TestFrames.flicker(steadyGuide, 35);

    Video fast = blending(BlendMode.FAST, 4).apply(steadyGuide, style);
    Video balanced = blending(BlendMode.BALANCED, 4).apply(steadyGuide, style);

    for (int i = 0; i < 12; i++) {
      short[] a = fast.frame(i).toRgb16();
      short[] b = balanced.frame(i).toRgb16();
      for (int k = 0; k < a.length; k++) {
        assertThat(Math.abs((a[k] & 0xFFFF) - (b[k] & 0xFFFF))).isLessThanOrEqualTo(2);
      }
    }
  }

  /**
   * Repeated blending does not truncate samples. The published code loses half a level in each
   * pass.
   */
  @Test
  void apply_evenClipManyTimes_doesNotDrift() {
    Video clip =
        Video.of(
            List.of(
                TestFrames.plain(16, 16, 100), TestFrames.plain(16, 16, 101),
                TestFrames.plain(16, 16, 100), TestFrames.plain(16, 16, 101)),
            FrameRate.DEFAULT);
    Video steady = clip;
    for (int pass = 0; pass < 9; pass++) {
      steady = blending(BlendMode.BALANCED, 15).apply(clip, steady);
    }
    assertThat(mean(steady)).isBetween(100.49, 100.51);
  }

  private static double mean(Video video) {
    double sum = 0;
    long count = 0;
    for (Frame frame : video) {
      for (short sample : frame.toRgb16()) {
        sum += (sample & 0xFFFF) / 257.0;
        count++;
      }
    }
    return sum / count;
  }

  private static void assertSameSamples(Video actual, Video expected) {
    assertThat(actual.size()).isEqualTo(expected.size());
    for (int i = 0; i < actual.size(); i++) {
      assertThat(actual.frame(i).toRgb16()).isEqualTo(expected.frame(i).toRgb16());
    }
  }

  @Test
  void apply_sharpOnASteadyPan_givesItBackAlmost() {
    Video clip = TestFrames.pan(7, 64, 56, 1, 1, 39);

    Video steady = blending(BlendMode.SHARP, 3).apply(clip, clip);

    assertThat(meanSquaredError(steady.frame(3), clip.frame(3))).isLessThan(8);
  }

  @Test
  void apply_sharpOnAFlickeringPan_isCloserToTheTruthThanTheMean() {
    Video truth = TestFrames.pan(9, 64, 56, 1, 0, 40);
    Video style = TestFrames.flicker(truth, 41);

    double sharp = meanSquaredError(blending(BlendMode.SHARP, 4).apply(truth, style), truth);
    double mean = meanSquaredError(blending(BlendMode.BALANCED, 4).apply(truth, style), truth);

    assertThat(sharp).isLessThan(0.8 * mean);
    assertThat(sharp).isLessThan(0.5 * meanSquaredError(style, truth));
  }

  @ParameterizedTest
  @EnumSource(BlendMode.class)
  void apply_acrossACutWithDelay_blendsEachShotAlone(BlendMode mode) {
    Video first = TestFrames.pan(5, 48, 40, 1, 1, 42);
    Video second = TestFrames.pan(4, 48, 40, 1, 0, 43);
    Video firstStyle = TestFrames.flicker(first, 44);
    Video secondStyle = TestFrames.flicker(second, 45);

    for (int delay : new int[] {0, 2, 5}) {
      PatchBlending blending = blending(mode, 3).withDelay(delay);
      List<Frame> whole =
          blending.apply(joined(first, second), joined(firstStyle, secondStyle)).frames();

      assertThat(whole.subList(0, 5)).isEqualTo(blending.apply(first, firstStyle).frames());
      assertThat(whole.subList(5, 9)).isEqualTo(blending.apply(second, secondStyle).frames());
    }
  }

  @ParameterizedTest
  @EnumSource(BlendMode.class)
  void apply_acrossACut_blendsEachShotAlone(BlendMode mode) {
    Video first = TestFrames.pan(5, 48, 40, 1, 1, 42);
    Video second = TestFrames.pan(4, 48, 40, 1, 0, 43);
    Video firstStyle = TestFrames.flicker(first, 44);
    Video secondStyle = TestFrames.flicker(second, 45);

    for (int window : new int[] {1, 3, 20}) {
      PatchBlending blending = blending(mode, window);
      List<Frame> whole =
          blending.apply(joined(first, second), joined(firstStyle, secondStyle)).frames();

      assertThat(whole.subList(0, 5)).isEqualTo(blending.apply(first, firstStyle).frames());
      assertThat(whole.subList(5, 9)).isEqualTo(blending.apply(second, secondStyle).frames());
      assertThat(
              blending
                  .withShots(Shots.startingAt(List.of(5)))
                  .apply(joined(first, second), joined(firstStyle, secondStyle))
                  .frames())
          .isEqualTo(whole);
    }
  }

  /**
   * A frame of a fade or a flash is about as good as its input, or as the same frame without the
   * fade.
   */
  @ParameterizedTest
  @EnumSource(BlendMode.class)
  void apply_fadesAndFlashes_areAsGoodAsTheInputOrTheUsualFrame(BlendMode mode) {
    checkFadesAndFlashes(blending(mode, 6), true, 1.5);
    checkFadesAndFlashes(blending(mode, 6).withDelay(6), true, 1.5);
    checkFadesAndFlashes(blending(mode, 6).withDelay(2), false, 2);
    checkFadesAndFlashes(blending(mode, 6).withDelay(0), false, 2);
  }

  /** After a fade in, a short delay has few frames to blend, so the slack is larger. */
  private static void checkFadesAndFlashes(PatchBlending blending, boolean fadesOut, double slack) {
    Video scene = TestFrames.pan(16, 48, 40, 1, 1, 50);
    Video flicker = TestFrames.flicker(scene, 51);
    int[][] gains = {
      {8, 8, 8, 8, 8, 8, 8, 8, 8, 7, 6, 5, 4, 3, 2, 1},
      {1, 2, 3, 4, 5, 6, 7, 8, 8, 8, 8, 8, 8, 8, 8, 8},
      {5, 5, 5, 5, 5, 5, 8, 5, 5, 5, 5, 5, 5, 5, 5, 5}
    };
    Video usual = blending.apply(scene, flicker);
    for (int[] gain : gains) {
      if (gain == gains[0] && !fadesOut) {
        continue; // the first two steps of a fade are not known to be one in time
      }
      for (int pole : new int[] {0, 255}) {
        Video guide = faded(scene, gain, pole);
        Video style = faded(flicker, gain, pole);
        Video result = blending.apply(guide, style);
        for (int i = 0; i < result.size(); i++) {
          assertThat(meanSquaredError(result.frame(i), guide.frame(i)))
              .as("%s, pole %d, gains %s, frame %d", blending, pole, Arrays.toString(gain), i)
              .isLessThanOrEqualTo(
                  5
                      + slack
                          * Math.max(
                              meanSquaredError(style.frame(i), guide.frame(i)),
                              meanSquaredError(usual.frame(i), scene.frame(i))));
        }
      }
    }
  }

  private static Video faded(Video video, int[] eighths, int pole) {
    List<Frame> frames = new ArrayList<>();
    for (int i = 0; i < video.size(); i++) {
      byte[] rgb = video.frame(i).toRgb8();
      for (int k = 0; k < rgb.length; k++) {
        rgb[k] = (byte) Math.round(pole + ((rgb[k] & 0xFF) - pole) * eighths[i] / 8f);
      }
      frames.add(Frame.ofRgb8(video.format().width(), video.format().height(), rgb));
    }
    return Video.of(frames, FrameRate.DEFAULT);
  }

  @Test
  void interpolate_acrossACut_usesTheKeysOfTheShotOnly() {
    Video first = TestFrames.pan(5, 48, 40, 1, 1, 42);
    Video second = TestFrames.pan(4, 48, 40, 1, 0, 43);
    Video third = TestFrames.pan(3, 48, 40, 0, 1, 49);
    Video guide = joined(joined(first, second), third);
    Map<Integer, Frame> keys =
        Map.of(
            0, TestFrames.flicker(first, 44).frame(0),
            4, TestFrames.flicker(first, 44).frame(4),
            6, TestFrames.flicker(second, 45).frame(1));
    KeyframeInterpolation interpolation =
        KeyframeInterpolation.DEFAULT.withCompute(blending(BlendMode.FAST, 1).compute());

    List<Frame> whole = interpolation.apply(guide, keys).frames();

    assertThat(whole.subList(0, 5))
        .isEqualTo(interpolation.apply(first, Map.of(0, keys.get(0), 4, keys.get(4))).frames());
    assertThat(whole.subList(5, 9))
        .isEqualTo(interpolation.apply(second, Map.of(1, keys.get(6))).frames());
    assertThat(whole.subList(9, 12)).isEqualTo(third.frames());
  }

  /**
   * The mode SHARP leaves out a frame that shows another picture, whereas a mean keeps a faint copy
   * of that frame.
   */
  @Test
  void apply_sharpWithOneStrangeFrame_leavesItOut() {
    Frame still = TestFrames.texture(40, 32, 47);
    List<Frame> styles = new ArrayList<>();
    List<Frame> guides = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      guides.add(still);
      styles.add(i == 3 ? TestFrames.texture(40, 32, 48) : still);
    }
    Video guide = Video.of(guides, FrameRate.DEFAULT);
    Video style = Video.of(styles, FrameRate.DEFAULT);

    Video steady = blending(BlendMode.SHARP, 6).apply(guide, style);

    assertThat(meanSquaredError(steady.frame(3), still)).isLessThan(15);
    assertThat(meanSquaredError(style.frame(3), still)).isGreaterThan(500);
  }

  private static Video joined(Video first, Video second) {
    List<Frame> frames = new ArrayList<>(first.frames());
    frames.addAll(second.frames());
    return Video.of(frames, FrameRate.DEFAULT);
  }

  private static double meanSquaredError(Video video, Video truth) {
    double sum = 0;
    for (int i = 0; i < video.size(); i++) {
      sum += meanSquaredError(video.frame(i), truth.frame(i));
    }
    return sum / video.size();
  }

  private static double meanSquaredError(Frame frame, Frame truth) {
    byte[] a = frame.toRgb8();
    byte[] b = truth.toRgb8();
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      int difference = (a[i] & 0xFF) - (b[i] & 0xFF);
      sum += difference * difference;
    }
    return sum / a.length;
  }

  @Test
  void apply_differentSizes_namesBoth() {
    Video small = TestFrames.pan(9, 40, 40, 1, 1, 1);

    assertThatThrownBy(() -> blending(BlendMode.FAST, 2).apply(GUIDE, small))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(
            "guide and style must have the same proportions, but were 48x40 and 40x40");
  }

  @Test
  void apply_differentLengths_namesBothBeforeAnyWork() {
    Video shorter = Video.of(STYLE.frames().subList(0, 4), FrameRate.DEFAULT);

    assertThatThrownBy(() -> blending(BlendMode.FAST, 2).apply(GUIDE, shorter))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("guide and style must have one length, but were 9 and 4 frames");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void apply_lengthThatShowsOnlyAtTheEnd_namesBoth(boolean guideIsLonger) {
    FrameSource nine = withoutCount(GUIDE.open());
    FrameSource four =
        withoutCount(Video.of(STYLE.frames().subList(0, 4), FrameRate.DEFAULT).open());

    assertThatThrownBy(
            () ->
                blending(BlendMode.BALANCED, 2)
                    .apply(
                        guideIsLonger ? nine : four,
                        guideIsLonger ? four : nine,
                        Video.collector(FrameRate.DEFAULT),
                        Monitor.NONE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            Text.format(
                "guide and style must have one length, but were %d and %d frames",
                guideIsLonger ? 9 : 4, guideIsLonger ? 4 : 9));
  }

  private static FrameSource withoutCount(FrameSource source) {
    return new FrameSource() {
      @Override
      public VideoFormat format() {
        return source.format().withFrameCount(VideoFormat.UNKNOWN_COUNT);
      }

      @Override
      public Frame read() throws IOException {
        return source.read();
      }

      @Override
      public void close() throws IOException {
        source.close();
      }
    };
  }

  @Test
  void apply_framesSmallerThanAPatch_namesTheMinimum() {
    Video tiny = Video.of(List.of(TestFrames.plain(64, 4, 1)), FrameRate.DEFAULT);

    assertThatThrownBy(() -> blending(BlendMode.FAST, 2).apply(tiny, tiny))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("frames must be at least 5x5");
  }

  @ParameterizedTest
  @CsvSource({"FAST, 61, 45", "BALANCED, 45, 61", "BALANCED, 5, 70", "SHARP, 33, 17"})
  void apply_oddSizes_keepsASteadyClipSteady(BlendMode mode, int width, int height) {
    Video clip = TestFrames.pan(4, width, height, 0, 0, 36);

    assertSameSamples(blending(mode, 2).apply(clip, clip), clip);
  }

  @Test
  void apply_watched_reportsEveryFrameInOrder() {
    List<Progress> seen = new ArrayList<>();

    blending(BlendMode.BALANCED, 2).apply(GUIDE, STYLE, Monitor.of(seen::add));

    assertThat(seen).extracting(Progress::fraction).isSorted().last().isEqualTo(1.0);
    assertThat(seen).extracting(Progress::framesDone).isSorted().last().isEqualTo(9L);
    assertThat(seen).allMatch(progress -> progress.framesTotal() == 9);
    assertThat(seen.get(seen.size() - 1).timeLeft())
        .hasValueSatisfying(left -> assertThat(left).isZero());
  }

  @Test
  void apply_cancelledAtAnyMoment_stopsAndKeepsWholeFrames() {
    SplittableRandom random = new SplittableRandom(37);
    Video whole = blending(BlendMode.BALANCED, 2).apply(GUIDE, STYLE);
    for (int round = 0; round < 20; round++) {
      int looks = random.nextInt(80);
      Video.Collector sink = Video.collector(FrameRate.DEFAULT);
      int[] asked = new int[1];
      Monitor monitor =
          new Monitor() {
            @Override
            public boolean isCancelled() {
              return asked[0]++ >= looks;
            }
          };
      try {
        blending(BlendMode.BALANCED, 2).apply(GUIDE.open(), STYLE.open(), sink, monitor);
        assertThat(looks).as("looks that the whole run takes").isGreaterThan(20);
      } catch (CancellationException e) {
        assertThat(asked[0]).isEqualTo(looks + 1);
      } catch (IOException e) {
        throw new AssertionError(e);
      }
      if (looks > 40) { // a run writes its first frames late, to compute several at a time
        assertThat(sink.toVideo().frames())
            .isEqualTo(whole.frames().subList(0, sink.toVideo().size()));
      }
    }
  }

  @Test
  void apply_sinkFails_passesTheFailureOn() {
    FrameSink full =
        new FrameSink() {
          private int room = 3;

          @Override
          public void write(Frame frame) throws IOException {
            if (room-- == 0) {
              throw new IOException("no space left");
            }
          }

          @Override
          public void commit() {}

          @Override
          public void close() {}
        };

    assertThatThrownBy(
            () -> blending(BlendMode.FAST, 2).apply(GUIDE.open(), STYLE.open(), full, Monitor.NONE))
        .isInstanceOf(IOException.class)
        .hasMessage("no space left");
  }

  @Test
  void interpolate_twoKeys_leavesThemAloneAndFillsTheRest() {
    KeyframeInterpolation interpolation =
        KeyframeInterpolation.DEFAULT.withCompute(
            ComputeOptions.AUTO.withEngine(backend()).withThreads(2));
    Map<Integer, Frame> keys = Map.of(1, STYLE.frame(1), 6, STYLE.frame(6));

    Video filled = interpolation.apply(GUIDE, keys);

    assertThat(filled.size()).isEqualTo(GUIDE.size());
    assertThat(filled.frame(1)).isEqualTo(STYLE.frame(1));
    assertThat(filled.frame(6)).isEqualTo(STYLE.frame(6));
    GOLDEN.check("interpolate", filled);
  }

  @Test
  void interpolate_panWithTrueKeys_reconstructsWhatTheKeysShow() {
    KeyframeInterpolation interpolation =
        KeyframeInterpolation.DEFAULT.withCompute(
            ComputeOptions.AUTO.withEngine(backend()).withThreads(2));
    Video truth = TestFrames.pan(9, 48, 40, 2, 1, 38);

    Video filled = interpolation.apply(truth, Map.of(0, truth.frame(0), 8, truth.frame(8)));

    byte[] got = filled.frame(4).toRgb8();
    byte[] expected = truth.frame(4).toRgb8();
    for (int y = 10; y < 30; y++) {
      for (int i = (y * 48 + 14) * 3; i < (y * 48 + 34) * 3; i++) {
        assertThat(Math.abs((got[i] & 0xFF) - (expected[i] & 0xFF))).isLessThanOrEqualTo(1);
      }
    }
  }

  @Test
  void interpolate_badKeys_saysWhatIsWrong() {
    KeyframeInterpolation interpolation = KeyframeInterpolation.DEFAULT;
    Frame good = STYLE.frame(0);

    assertThatThrownBy(() -> interpolation.apply(GUIDE, Map.of()))
        .hasMessage("at least one key frame is needed, got none");
    assertThatThrownBy(() -> interpolation.apply(GUIDE, Map.of(9, good)))
        .hasMessage("key frame 9 lies beyond the guide, which has 9 frames");
    assertThatThrownBy(() -> interpolation.apply(GUIDE, Map.of(-1, good)))
        .hasMessage("key frames are counted from 0, got number -1");
    assertThatThrownBy(() -> interpolation.apply(GUIDE, Map.of(0, TestFrames.plain(8, 8, 0))))
        .hasMessage("key frame 0 must have the guide's size 48x40, was 8x8");
  }
}
