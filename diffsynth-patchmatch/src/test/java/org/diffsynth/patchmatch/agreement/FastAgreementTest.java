package org.diffsynth.patchmatch.agreement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.diffsynth.match.NearestNeighborField.pack;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.diffsynth.patchmatch.engine.CompactField;
import org.diffsynth.patchmatch.engine.Picture;
import org.diffsynth.patchmatch.engine.Texels;
import org.diffsynth.patchmatch.engine.WorkerPool;
import org.diffsynth.testkit.TestFrames;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The fast classes of the default blend against the reference classes, byte for byte. */
class FastAgreementTest {

  private final SplittableRandom random = new SplittableRandom(5);

  @ParameterizedTest
  @CsvSource({
    "1, 1, 2",
    "2, 3, 3",
    "7, 5, 2",
    "8, 8, 4",
    "15, 9, 5",
    "16, 17, 6",
    "17, 16, 7",
    "31, 10, 16",
    "33, 40, 17",
    "64, 21, 31",
    "65, 33, 3",
    "50, 30, 1"
  })
  void agreementAndDetail_anySizeAndWindow_giveTheReferenceBytes(
      int width, int height, int window) {
    for (int round = 0; round < 4; round++) {
      List<AgreementSource> sources = sources(width, height, window, round);
      int own = random.nextInt(window);
      AgreementSource target = sources.get(own);
      sources.set(own, new AgreementSource(target.guide(), target.style(), null));
      try (WorkerPool workers = new WorkerPool(1 + round)) {
        AgreedPicture expected = new ReferenceAgreement(width, height, workers).of(sources, own);
        AgreementKernels kernels = FastKernels.agreement(round % 2 == 0);
        FastAgreement fast = new FastAgreement(width, height, workers, kernels);
        AgreedPicture actual = fast.of(sources, own);
        assertSame(actual, expected);
        assertSame(fast.of(sources, own), expected); // with the buffers of the first call

        BoxSum boxes = new FastBoxSum(width, height, workers);
        SharedDetail shared = shared(sources, own, width, height, workers, boxes);
        byte[] boost =
            new ReferenceGuideDetail(width, height, workers)
                .apply(expected, target.guide(), shared);
        byte[] actualBoost =
            new FastGuideDetail(width, height, workers, boxes)
                .apply(actual, target.guide(), shared);
        assertSame(actual, expected);
        assertThat(actualBoost).isEqualTo(boost);
      }
    }
  }

  private static void assertSame(AgreedPicture actual, AgreedPicture expected) {
    assertThat(actual.picture()).isEqualTo(expected.picture());
    assertThat(actual.guide()).isEqualTo(expected.guide());
    assertThat(actual.flicker()).isEqualTo(expected.flicker());
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 0", "2, 3, 1", "7, 5, 2", "16, 17, 8", "33, 40, 3", "65, 33, 4"})
  void steadying_anySizeAndNeighbours_givesTheReferenceBytes(int width, int height, int count) {
    for (int round = 0; round < 4; round++) {
      List<SteadyingNeighbour> neighbours = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        Motion motion = new Motion(width, height);
        for (int p = 0; p < width * height; p++) {
          motion.set(p, random.nextInt(64) / 8f - 4, random.nextInt(64) / 8f - 4);
        }
        neighbours.add(
            new SteadyingNeighbour(
                guide(width, height, i % 3), style(width, height, i, round), motion));
      }
      Texels guide = guide(width, height, 0);
      short[] picture = style(width, height, 9, round);
      byte[] boost = new byte[width * height];
      random.nextBytes(boost);
      List<AgreementSource> sources = sources(width, height, 3, round);
      try (WorkerPool workers = new WorkerPool(1 + round)) {
        BoxSum boxes = new FastBoxSum(width, height, workers);
        SharedDetail shared = shared(sources, 1, width, height, workers, boxes);
        short[] expected =
            new ReferenceSteadying(width, height, workers)
                .of(guide, picture, boost, shared, neighbours);
        boolean scalar = round % 2 == 0;
        Supplier<MovedRows> rows = () -> FastKernels.moved(scalar, width, height);
        FastSteadying fast = new FastSteadying(width, height, workers, boxes, rows);
        assertThat(fast.of(guide, picture, boost, shared, neighbours)).isEqualTo(expected);
        assertThat(fast.of(guide, picture, boost, shared, neighbours))
            .as("with the buffers of the first call")
            .isEqualTo(expected);
      }
    }
  }

  private static SharedDetail shared(
      List<AgreementSource> sources,
      int own,
      int width,
      int height,
      WorkerPool workers,
      BoxSum boxes) {
    List<StyleDetail> details = new ArrayList<>();
    for (AgreementSource source : sources) {
      details.add(StyleDetail.of(source.guide(), source.style(), width, height, workers, boxes));
    }
    return SharedDetail.of(details, sources, own, width, height, workers);
  }

  private List<AgreementSource> sources(int width, int height, int window, int round) {
    List<AgreementSource> sources = new ArrayList<>();
    for (int s = 0; s < window; s++) {
      int[] field = new int[width * height];
      for (int i = 0; i < field.length; i++) {
        boolean wild = random.nextInt(5) == 0;
        int x = wild ? random.nextInt(width) : i % width;
        int y = wild ? random.nextInt(height) : i / width;
        field[i] = pack(x, y);
      }
      sources.add(
          new AgreementSource(
              guide(width, height, s % 3),
              StyleSamples.of(style(width, height, s % 4, round)),
              CompactField.of(width, field)));
    }
    return sources;
  }

  private static Texels guide(int width, int height, int seed) {
    return Texels.of(Picture.of(TestFrames.texture(width, height, seed)));
  }

  /** Two rounds have samples of 8 bits, one of 16 bits, and one of 0 and 65535 only. */
  private short[] style(int width, int height, int seed, int round) {
    if (round < 2) {
      return TestFrames.texture(width, height, 20 + seed).toRgb16();
    }
    short[] samples = new short[3 * width * height];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = (short) (round == 2 ? random.nextInt() : -random.nextInt(2));
    }
    return samples;
  }
}
