package org.diffsynth.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.diffsynth.match.NearestNeighborField.pack;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.diffsynth.compute.Availability;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.Video;
import org.diffsynth.internal.text.Text;
import org.diffsynth.match.NearestNeighborField;
import org.diffsynth.match.PatchMatchOptions;
import org.diffsynth.match.QuantizedLatents;
import org.diffsynth.spi.BlendSession;
import org.diffsynth.spi.BlendSession.Remap;
import org.diffsynth.spi.PatchMatcher;
import org.diffsynth.spi.PatchMatcherProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The requirements of {@link PatchMatcherProvider}, as a JUnit 5 suite to run against an
 * implementation. Results are compared with hashes of the scalar reference, so an engine that
 * passes gives the same bytes as all others on every machine and Java version.
 *
 * <p>Extend this class and implement {@link #provider}. All tests are skipped if the provider is
 * not ready on this machine.
 */
public abstract class PatchMatcherContract {

  private static final GoldenHashes GOLDEN = GoldenHashes.of("patch-matcher.properties");
  private static final long SUM = 1000;

  /** Returns the provider under test. */
  protected abstract PatchMatcherProvider provider();

  @BeforeEach
  void providerMustBeReady() {
    assumeThat(provider().probe()).isInstanceOf(Availability.Ready.class);
  }

  private PatchMatcher open(PatchMatchOptions options) {
    return provider().open(options, 2);
  }

  private NearestNeighborField match(Frame source, Frame target) {
    try (PatchMatcher matcher = open(PatchMatchOptions.DEFAULT)) {
      return matcher.match(source, target);
    }
  }

  @ParameterizedTest
  @CsvSource({"5, 5", "6, 9", "16, 16", "37, 23", "64, 48", "101, 67", "333, 257"})
  void match_anySize_givesTheReferenceField(int width, int height) {
    Frame source = TestFrames.window(width, height, 40, 30, 1);
    Frame target = TestFrames.window(width, height, 43, 28, 1);

    GOLDEN.check("match " + width + "x" + height, match(source, target));
  }

  @Test
  void match_unrelatedPictures_givesTheReferenceField() {
    GOLDEN.check(
        "match unrelated", match(TestFrames.texture(80, 60, 5), TestFrames.texture(80, 60, 6)));
  }

  @Test
  void match_extremeSamples_givesTheReferenceField() {
    byte[] checks = new byte[40 * 40 * 3];
    for (int i = 0; i < checks.length; i++) {
      checks[i] = (byte) (i / 3 % 2 == i / 120 % 2 ? 0 : 255);
    }
    Frame white = TestFrames.plain(40, 40, 255);

    GOLDEN.check("match checks to white", match(Frame.ofRgb8(40, 40, checks), white));
    GOLDEN.check("match white to checks", match(white, Frame.ofRgb8(40, 40, checks)));
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 7, 9, 15})
  void match_otherPatchSizes_givesTheReferenceField(int patchSize) {
    PatchMatchOptions options =
        PatchMatchOptions.DEFAULT.withPatchSizes(patchSize, patchSize, 3).withSeed(99);
    try (PatchMatcher matcher = open(options)) {
      Frame source = TestFrames.window(70, 50, 0, 0, 2);
      Frame target = TestFrames.window(70, 50, 4, 1, 2);

      GOLDEN.check("match patch " + patchSize, matcher.match(source, target));
    }
  }

  @Test
  void match_publishedSchedule_givesTheReferenceField() {
    try (PatchMatcher matcher = open(PatchMatchOptions.PUBLISHED)) {
      Frame source = TestFrames.window(90, 70, 0, 0, 3);
      Frame target = TestFrames.window(90, 70, 3, 2, 3);

      GOLDEN.check("match published", matcher.match(source, target));
    }
  }

  @Test
  void match_shiftedPicture_isFoundExactly() {
    Frame source = TestFrames.window(96, 64, 100, 100, 4);
    Frame target = TestFrames.window(96, 64, 107, 95, 4);

    NearestNeighborField field = match(source, target);

    int wrong = 0;
    for (int y = 8; y < 64; y++) {
      for (int x = 0; x < 96 - 10; x++) {
        if (field.sourceX(x, y) != x + 7 || field.sourceY(x, y) != y - 5) {
          wrong++;
        }
      }
    }
    assertThat(wrong).as("pixels that both pictures show, not found").isZero();
  }

  @Test
  void match_equalPictures_isTheIdentity() {
    Frame frame = TestFrames.texture(50, 40, 5);

    assertThat(match(frame, frame)).isEqualTo(NearestNeighborField.identity(50, 40));
  }

  @Test
  void match_anything_staysInBounds() {
    // ofPacked, through which every field passes, refuses coordinates outside of the picture; so do
    // the patches around them: an interior pixel never points closer to an edge than a patch
    // allows.
    NearestNeighborField field =
        match(TestFrames.texture(60, 45, 7), TestFrames.texture(60, 45, 8));
    for (int y = 2; y < 43; y++) {
      for (int x = 2; x < 58; x++) {
        assertThat(field.sourceX(x, y)).isBetween(2, 57);
        assertThat(field.sourceY(x, y)).isBetween(2, 42);
      }
    }
  }

  @Test
  void match_moreIterations_neverGrowsTheError() {
    Frame source = TestFrames.window(80, 60, 0, 0, 9);
    Frame target = TestFrames.flicker(TestFrames.pan(2, 80, 60, 3, 1, 9), 1).frame(1);
    double previous = Double.MAX_VALUE;
    for (int iterations = 1; iterations <= 5; iterations++) {
      int[] sizes = new int[iterations];
      Arrays.fill(sizes, 5);
      double[] error = new double[1];
      try (PatchMatcher matcher = open(PatchMatchOptions.DEFAULT.withPatchSizes(sizes));
          BlendSession session = matcher.openSession(80, 60)) {
        session.putGuide(0, source);
        session.putGuide(1, target);
        session.putPicture(0, source);
        session.remap(List.of(new Remap(0, 0, 1, new Remap.Fresh(), SUM, 1, true)));
        error[0] = error(source, target, session.field(0, 1));
      }
      assertThat(error[0]).isLessThanOrEqualTo(previous * 1.02);
      previous = error[0];
    }
  }

  /** Refining a field can only keep or lower the cost of each match, whatever it starts from. */
  @Test
  void remapVia_composedField_neverGrowsTheErrorOfAPixel() {
    Video clip = TestFrames.flicker(TestFrames.pan(3, 70, 50, 2, 1, 10), 3);
    try (PatchMatcher matcher = open(PatchMatchOptions.DEFAULT);
        BlendSession session = matcher.openSession(70, 50)) {
      for (int i = 0; i < 3; i++) {
        session.putGuide(i, clip.frame(i));
        session.putPicture(i, clip.frame(i));
      }
      session.remap(
          List.of(
              new Remap(0, 0, 1, new Remap.Fresh(), SUM, 1, true),
              new Remap(1, 1, 2, new Remap.Fresh(), SUM + 1, 1, true)));
      NearestNeighborField composed = session.field(0, 1).compose(session.field(1, 2));
      session.remap(List.of(new Remap(0, 0, 2, new Remap.Via(1), SUM + 2, 1, true)));
      NearestNeighborField refined = session.field(0, 2);

      GOLDEN.check("remap via", refined);
      for (int y = 2; y < 48; y++) {
        for (int x = 2; x < 68; x++) {
          assertThat(patchError(clip.frame(0), clip.frame(2), refined, x, y))
              .isLessThanOrEqualTo(patchError(clip.frame(0), clip.frame(2), composed, x, y));
        }
      }
    }
  }

  /**
   * A search with fewer iterations leaves a larger error, and a search without iterations keeps the
   * composition of the two fields.
   */
  @Test
  void remapVia_fewerIterations_refinesTheCompositionLess() {
    Video clip = TestFrames.flicker(TestFrames.pan(3, 70, 50, 2, 1, 10), 3);
    try (PatchMatcher matcher = open(PatchMatchOptions.DEFAULT);
        BlendSession session = matcher.openSession(70, 50)) {
      for (int i = 0; i < 3; i++) {
        session.putGuide(i, clip.frame(i));
        session.putPicture(i, clip.frame(i));
      }
      session.remap(
          List.of(
              new Remap(0, 0, 1, new Remap.Fresh(), SUM, 1, true),
              new Remap(1, 1, 2, new Remap.Fresh(), SUM, 1, true)));
      NearestNeighborField composed = session.field(0, 1).compose(session.field(1, 2));
      double[] errors = new double[3];
      for (int iterations = 0; iterations < 3; iterations++) {
        session.remap(List.of(new Remap(0, 0, 2, new Remap.Via(1, iterations), SUM, 1, true)));
        NearestNeighborField found = session.field(0, 2);
        errors[iterations] = error(clip.frame(0), clip.frame(2), found);
        if (iterations == 0) {
          assertThat(found.toPacked()).isEqualTo(composed.toPacked());
        }
        GOLDEN.check("remap via " + iterations, found);
      }
      session.remap(List.of(new Remap(0, 0, 2, new Remap.Via(1, 1, false), SUM, 1, true)));
      NearestNeighborField propagated = session.field(0, 2);
      GOLDEN.check("remap via 1 without probes", propagated);
      assertThat(error(clip.frame(0), clip.frame(2), propagated))
          .isBetween(errors[1], errors[0])
          .isNotEqualTo(errors[1]);
      assertThat(errors[0]).isGreaterThan(errors[1]);
      assertThat(errors[1]).isGreaterThan(errors[2]);
    }
  }

  @Test
  void carry_fieldFoundEarlier_givesWhatRemapGave() {
    Video clip = TestFrames.flicker(TestFrames.pan(2, 70, 50, 2, 1, 10), 3);
    try (PatchMatcher matcher = open(PatchMatchOptions.DEFAULT)) {
      NearestNeighborField found;
      Frame expected;
      try (BlendSession session = matcher.openSession(70, 50)) {
        session.putGuide(0, clip.frame(0));
        session.putGuide(1, clip.frame(1));
        session.putPicture(0, clip.frame(0));
        session.putPicture(1, clip.frame(1));
        session.remap(List.of(new Remap(0, 0, 1, new Remap.Fresh(), SUM, 3, true)));
        session.add(1, SUM, 2);
        found = session.field(0, 1);
        expected = session.take(SUM);
      }
      try (BlendSession session = matcher.openSession(70, 50)) {
        session.putPicture(0, clip.frame(0));
        session.putPicture(1, clip.frame(1));
        session.putField(0, 1, NearestNeighborField.identity(70, 50));
        session.putField(0, 1, found);
        assertThat(session.field(0, 1)).isEqualTo(found);
        session.carry(List.of(Remap.fresh(0, 0, 1, SUM, 1), Remap.fresh(0, 0, 1, SUM, 2)));
        session.add(1, SUM, 2);
        assertThat(session.take(SUM)).isEqualTo(expected);
        session.dropField(0, 1);
        assertThatThrownBy(() -> session.carry(List.of(Remap.fresh(0, 0, 1, SUM, 1))))
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("field from frame 0 to 1");
        assertThatThrownBy(() -> session.putField(0, 1, NearestNeighborField.identity(50, 70)))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("70x50");
      }
    }
  }

  private static double error(Frame source, Frame target, NearestNeighborField field) {
    double sum = 0;
    for (int y = 2; y < field.height() - 2; y++) {
      for (int x = 2; x < field.width() - 2; x++) {
        sum += patchError(source, target, field, x, y);
      }
    }
    return sum;
  }

  private static long patchError(
      Frame source, Frame target, NearestNeighborField field, int x, int y) {
    byte[] a = source.toRgb8();
    byte[] b = target.toRgb8();
    int width = source.width();
    int centreX = Math.min(Math.max(field.sourceX(x, y), 2), width - 3);
    int centreY = Math.min(Math.max(field.sourceY(x, y), 2), source.height() - 3);
    long sum = 0;
    for (int dy = -2; dy <= 2; dy++) {
      for (int dx = -2; dx <= 2; dx++) {
        for (int c = 0; c < 3; c++) {
          int left = a[((centreY + dy) * width + centreX + dx) * 3 + c] & 0xFF;
          int right = b[((y + dy) * width + x + dx) * 3 + c] & 0xFF;
          sum += (long) (left - right) * (left - right);
        }
      }
    }
    return sum;
  }

  @Test
  void remap_identity_returnsThePicture() {
    Frame picture = TestFrames.texture(31, 22, 11);
    try (PatchMatcher matcher = open(PatchMatchOptions.DEFAULT)) {
      Frame carried = matcher.remap(picture, NearestNeighborField.identity(31, 22));

      assertThat(carried.toRgb16()).isEqualTo(picture.toRgb16());
    }
  }

  @Test
  void remap_anyField_givesTheReferencePicture() {
    Frame source = TestFrames.window(77, 53, 0, 0, 12);
    Frame target = TestFrames.window(77, 53, 5, 5, 13);
    try (PatchMatcher matcher = open(PatchMatchOptions.DEFAULT)) {
      GOLDEN.check("remap", matcher.remap(source, matcher.match(source, target)));
    }
  }

  @Test
  void remap_fieldThatPointsAtTheEdge_staysInside() {
    Frame picture = TestFrames.texture(21, 13, 3);
    int[] corner = new int[21 * 13];
    Arrays.fill(corner, pack(20, 12));
    try (PatchMatcher matcher = open(PatchMatchOptions.DEFAULT)) {
      Frame carried = matcher.remap(picture, NearestNeighborField.ofPacked(21, 13, corner));
      // Every match is moved to (19, 11), so every pixel is a mean of the 3 by 3 around it.
      short[] samples = picture.toRgb16();
      short[] result = carried.toRgb16();
      int first = result[0] & 0xFFFF;
      assertThat(first).isEqualTo(samples[(10 * 21 + 18) * 3] & 0xFFFF);
      GOLDEN.check("remap edge", carried);
    }
  }

  @Test
  void remap_smallerThanThePatchThatVotes_namesTheMinimum() {
    NearestNeighborField tiny = NearestNeighborField.ofPacked(2, 2, new int[4]);
    try (PatchMatcher matcher = open(PatchMatchOptions.DEFAULT)) {
      assertThatThrownBy(() -> matcher.remap(TestFrames.plain(2, 2, 1), tiny))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("at least 3x3")
          .hasMessageContaining("2x2");
    }
  }

  @Test
  void remap_batchSplitInAnyWay_addsUpToTheSame() {
    Video guide = TestFrames.pan(6, 60, 40, 2, 1, 14);
    Video style = TestFrames.flicker(guide, 15);
    Frame whole = blendOntoFirst(guide, style, 8);
    Frame single = blendOntoFirst(guide, style, 1);
    Frame pairs = blendOntoFirst(guide, style, 2);

    GOLDEN.check("remap batch", whole);
    assertThat(single).isEqualTo(whole);
    assertThat(pairs).isEqualTo(whole);
  }

  private Frame blendOntoFirst(Video guide, Video style, int batchSize) {
    try (PatchMatcher matcher = open(PatchMatchOptions.DEFAULT);
        BlendSession session = matcher.openSession(60, 40)) {
      List<Remap> remaps = new ArrayList<>();
      for (int i = 0; i < guide.size(); i++) {
        session.putGuide(i, guide.frame(i));
        session.putPicture(i, style.frame(i));
        if (i > 0) {
          remaps.add(Remap.fresh(i, i, 0, SUM, i));
        }
      }
      for (int i = 0; i < remaps.size(); i += batchSize) {
        session.remap(remaps.subList(i, Math.min(i + batchSize, remaps.size())));
      }
      session.add(0, SUM, 3);
      return session.take(SUM);
    }
  }

  @Test
  void remapAlignTo_commonPicture_givesTheReferencePicture() {
    Video guide = TestFrames.pan(3, 48, 40, 1, 1, 16);
    Video style = TestFrames.flicker(guide, 17);
    try (PatchMatcher matcher = open(PatchMatchOptions.DEFAULT);
        BlendSession session = matcher.openSession(48, 40)) {
      for (int i = 0; i < 3; i++) {
        session.putGuide(i, guide.frame(i));
        session.putPicture(i, style.frame(i));
      }
      session.remap(
          List.of(
              new Remap(0, 0, 1, new Remap.Fresh(), SUM, 1, true),
              new Remap(2, 2, 1, new Remap.Fresh(), SUM, 1, true)));
      session.finish(SUM, SUM);
      session.remap(List.of(new Remap(0, 0, 1, new Remap.AlignTo(SUM), SUM + 1, 1, true)));

      GOLDEN.check("remap aligned", session.take(SUM + 1));
    }
  }

  @Test
  void add_negativeWeight_takesOutWhatWasCountedTwice() {
    Frame a = TestFrames.texture(20, 20, 18);
    Frame b = TestFrames.texture(20, 20, 19);
    try (PatchMatcher matcher = open(PatchMatchOptions.DEFAULT);
        BlendSession session = matcher.openSession(20, 20)) {
      session.putPicture(0, a);
      session.putPicture(1, b);
      session.add(0, SUM, 2);
      session.add(1, SUM, 1);
      session.add(0, SUM, -2);

      assertThat(session.take(SUM).toRgb16()).isEqualTo(b.toRgb16());
    }
  }

  @Test
  void openSession_smallerThanOnePatch_namesTheMinimum() {
    try (PatchMatcher matcher = open(PatchMatchOptions.PUBLISHED)) {
      assertThatThrownBy(() -> matcher.openSession(200, 12))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("frames must be at least 13x13, the largest patch, but were 200x12");
    }
  }

  @Test
  void match_differentSizes_namesBoth() {
    assertThatThrownBy(() -> match(TestFrames.plain(20, 30, 0), TestFrames.plain(30, 20, 0)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("source and target must have one size, but were 20x30 and 30x20");
  }

  /** The hashes are those of a brute-force search written in NumPy, by unfolding and argmin. */
  @ParameterizedTest
  @CsvSource({"5, 5, 8", "16, 16, 8", "37, 23, 8", "64, 64, 8", "40, 33, 2", "9, 40, 1"})
  void matchLatents_anySize_givesTheNearestAndTheFirstOfEquals(int width, int height, int bits) {
    try (PatchMatcher matcher = open(PatchMatchOptions.DEFAULT)) {
      GOLDEN.check(
          Text.format("latents %dx%d %d bits", width, height, bits),
          matcher.matchLatents(
              TestFrames.latents(width, height, width * height, bits),
              TestFrames.latents(width, height, width + height, bits)));
    }
  }

  @Test
  void matchLatents_movedPicture_findsWhereEachPatchWent() {
    byte[] all = TestFrames.latents(50, 40, 1, 8).toBytes();
    QuantizedLatents source = part(all, 0, 0);
    QuantizedLatents target = part(all, 7, 3);
    try (PatchMatcher matcher = open(PatchMatchOptions.DEFAULT)) {
      NearestNeighborField field = matcher.matchLatents(source, target);

      for (int y = 2; y < 30 - 2 - 3; y++) {
        for (int x = 2; x < 40 - 2 - 7; x++) {
          assertThat(field.sourceX(x, y)).isEqualTo(x + 7);
          assertThat(field.sourceY(x, y)).isEqualTo(y + 3);
        }
      }
      assertThat(field.sourceX(0, 1)).isEqualTo(7);
      assertThat(field.sourceY(0, 1)).isEqualTo(4);
      assertThat(matcher.matchLatents(source, source))
          .isEqualTo(NearestNeighborField.identity(40, 30));
    }
  }

  /** 40 columns and 30 rows of a picture of 50 columns. */
  private static QuantizedLatents part(byte[] all, int left, int top) {
    byte[] samples = new byte[40 * 30 * QuantizedLatents.CHANNELS];
    int row = 40 * QuantizedLatents.CHANNELS;
    for (int y = 0; y < 30; y++) {
      int from = ((y + top) * 50 + left) * QuantizedLatents.CHANNELS;
      System.arraycopy(all, from, samples, y * row, row);
    }
    return QuantizedLatents.ofBytes(30, 40, samples);
  }

  @Test
  void matchLatents_extremeSamples_giveNoOverflow() {
    byte[] low = new byte[6 * 7 * 4];
    byte[] high = new byte[6 * 7 * 4];
    Arrays.fill(low, (byte) -128);
    Arrays.fill(high, (byte) 127);
    byte[] mixed = low.clone();
    Arrays.fill(mixed, mixed.length / 2, mixed.length, (byte) 127);
    try (PatchMatcher matcher = open(PatchMatchOptions.DEFAULT)) {
      NearestNeighborField field =
          matcher.matchLatents(
              QuantizedLatents.ofBytes(6, 7, mixed), QuantizedLatents.ofBytes(6, 7, high));
      assertThat(field.sourceY(3, 2)).isEqualTo(3);
      assertThat(
              matcher
                  .matchLatents(
                      QuantizedLatents.ofBytes(6, 7, low), QuantizedLatents.ofBytes(6, 7, high))
                  .sourceY(3, 3))
          .isEqualTo(2);
    }
  }

  @Test
  void matchLatents_wrongSizes_namesThem() {
    try (PatchMatcher matcher = open(PatchMatchOptions.DEFAULT)) {
      QuantizedLatents narrow = TestFrames.latents(4, 9, 1, 8);
      assertThatThrownBy(() -> matcher.matchLatents(narrow, narrow))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("latents must be at least 5x5, one patch, but were 4x9");
      assertThatThrownBy(() -> matcher.matchLatents(TestFrames.latents(9, 9, 1, 8), narrow))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "source and target must have one size, but were QuantizedLatents[9x9] and"
                  + " QuantizedLatents[4x9]");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"guide", "picture", "field", "sum"})
  void session_somethingMissing_saysWhat(String what) {
    try (PatchMatcher matcher = open(PatchMatchOptions.DEFAULT);
        BlendSession session = matcher.openSession(20, 20)) {
      session.putGuide(0, TestFrames.plain(20, 20, 1));
      session.putPicture(5, TestFrames.plain(20, 20, 1));
      Runnable use =
          switch (what) {
            case "guide" -> () -> session.remap(List.of(Remap.fresh(5, 0, 1, SUM, 1)));
            case "picture" -> () -> session.add(6, SUM, 1);
            case "field" -> () -> session.field(0, 1);
            default -> () -> session.take(SUM);
          };

      assertThatThrownBy(use::run)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("holds no " + what);
    }
  }

  @Test
  void remap_interrupted_cancelsAndKeepsTheFlag() {
    try (PatchMatcher matcher = open(PatchMatchOptions.DEFAULT);
        BlendSession session = matcher.openSession(64, 64)) {
      session.putGuide(0, TestFrames.texture(64, 64, 1));
      session.putGuide(1, TestFrames.texture(64, 64, 2));
      session.putPicture(0, TestFrames.texture(64, 64, 1));
      Thread.currentThread().interrupt();

      assertThatThrownBy(() -> session.remap(List.of(Remap.fresh(0, 0, 1, SUM, 1))))
          .isInstanceOf(CancellationException.class);
      assertThat(Thread.interrupted()).isTrue();
    }
  }
}
