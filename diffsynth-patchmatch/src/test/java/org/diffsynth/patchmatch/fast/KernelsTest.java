package org.diffsynth.patchmatch.fast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.diffsynth.match.NearestNeighborField.pack;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.diffsynth.frame.Frame;
import org.diffsynth.patchmatch.engine.MatchGrid;
import org.diffsynth.patchmatch.engine.Picture;
import org.diffsynth.patchmatch.engine.Texels;
import org.diffsynth.patchmatch.reference.ReferenceGuideError;
import org.diffsynth.patchmatch.reference.ReferenceVotes;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each kernel against the class that defines it, around lane boundaries and at the extremes. */
class KernelsTest {

  private final SplittableRandom random = new SplittableRandom(1);

  static Stream<Kernels> kernels() {
    return KernelChoice.get().vectors()
        ? Stream.of(new ScalarKernels(), KernelChoice.get().kernels())
        : Stream.of(new ScalarKernels());
  }

  static Stream<Arguments> radii() {
    return kernels()
        .flatMap(
            kernels ->
                IntStream.rangeClosed(1, 31).mapToObj(radius -> Arguments.of(kernels, radius)));
  }

  /** Every fourth picture has 0 and 255 only, so that differences are as large as can be. */
  private Texels texels(int width, int height) {
    boolean extreme = random.nextInt(4) == 0;
    byte[] rgb = new byte[width * height * 3];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) (extreme ? -random.nextInt(2) : random.nextInt(256));
    }
    return Texels.of(Picture.of(Frame.ofRgb8(width, height, rgb)));
  }

  private static Texels plain(int width, int height, int value) {
    byte[] rgb = new byte[width * height * 3];
    Arrays.fill(rgb, (byte) value);
    return Texels.of(Picture.of(Frame.ofRgb8(width, height, rgb)));
  }

  @ParameterizedTest
  @MethodSource("radii")
  void error_anyPlaceAndBound_isExactBelowTheBound(Kernels kernels, int radius) {
    int side = 2 * radius + 1;
    for (int extra = 0; extra < 6; extra++) {
      int width = side + random.nextInt(9);
      int height = side + random.nextInt(9);
      Texels source = extra == 0 ? plain(width, height, 0) : texels(width, height);
      Texels target = extra == 0 ? plain(width, height, 255) : texels(width, height);
      ReferenceGuideError exact = new ReferenceGuideError(source, target, radius);
      FastPatchError error = kernels.error(source, target, radius);
      for (int trial = 0; trial < 20; trial++) {
        int x = radius + random.nextInt(width - side + 1);
        int y = radius + random.nextInt(height - side + 1);
        int sourceX = radius + random.nextInt(width - side + 1);
        int sourceY = radius + random.nextInt(height - side + 1);
        int cost = exact.of(x, y, sourceX, sourceY);

        assertThat(error.of(x, y, sourceX, sourceY, Integer.MAX_VALUE)).isEqualTo(cost);
        assertThat(error.of(x, y, sourceX, sourceY, cost + 1)).isEqualTo(cost);
        assertThat(error.of(x, y, sourceX, sourceY, cost)).isGreaterThanOrEqualTo(cost);
        assertThat(error.of(x, y, sourceX, sourceY, cost / 3)).isGreaterThanOrEqualTo(cost / 3);
      }
      kernels.forget(source);
      kernels.forget(target);
    }
  }

  @ParameterizedTest
  @MethodSource("radii")
  void errorRun_anyLength_isThatOfEachPixel(Kernels kernels, int radius) {
    int side = 2 * radius + 1;
    for (int length = 1; length < 40; length++) {
      int width = side + length + 2;
      Texels source = texels(width, side + 1);
      Texels target = texels(width, side + 1);
      ReferenceGuideError exact = new ReferenceGuideError(source, target, radius);
      int[] costs = new int[width];
      int sourceX = radius + random.nextInt(3);
      kernels.error(source, target, radius).run(radius, radius, sourceX, radius + 1, length, costs);
      for (int i = 0; i < length; i++) {
        assertThat(costs[i]).isEqualTo(exact.of(radius + i, radius, sourceX + i, radius + 1));
      }
      kernels.forget(source);
      kernels.forget(target);
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void addRows_anyLength_leavesTheRestAlone(Kernels kernels) {
    for (int count = 1; count < 70; count++) {
      int[] weights = new int[count + 64];
      Arrays.setAll(weights, i -> i < weights.length - 64 ? random.nextInt(60) : 0);
      int[] samples = random.ints(3 * 80 + 64, 0, 65536).toArray();
      int[] sums = random.ints(3 * 80 + 64, 0, 1 << 20).toArray();
      int[] expected = sums.clone();
      for (int row = 0; row < 3; row++) {
        for (int i = 0; i < count; i++) {
          expected[5 + 80 * row + i] += weights[i] * samples[2 + 80 * row + i];
        }
      }
      kernels.addRows(sums, 5, samples, 2, 80, 3, weights, count);

      assertThat(sums).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @MethodSource("radii")
  void votes_anyField_areTheReferencePicture(Kernels kernels, int radius) {
    int width = 2 * radius + 1 + random.nextInt(90);
    int height = 2 * radius + 1 + random.nextInt(20);
    Picture source = picture(width, height);
    Picture expected = Picture.blank(width, height);
    Picture actual = Picture.blank(width, height);
    int[] field = field(width, height, radius);
    ReferenceVotes.applyUniform(source, field, radius, expected);

    FastUniformVotes votes = new FastUniformVotes(kernels, radius);
    int[] sums = FastUniformVotes.sums(width, height);
    votes.addUp(FastUniformVotes.samples(source), field, width, height, sums);
    votes.mean(sums, width, height, actual.samples());

    assertThat(actual.samples()).isEqualTo(expected.samples());
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void tentVotes_anyField_areTheReferencePicture(int width, int height) {
    Picture source = picture(width, height);
    Picture expected = Picture.blank(width, height);
    Picture actual = Picture.blank(width, height);
    int[] field = field(width, height, 1);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        ReferenceVotes.pixel(source, field, ReferenceVotes.TENT, x, y, expected);
      }
    }
    FastVotes.apply(source, field, actual, new long[width * height]);

    assertThat(actual.samples()).isEqualTo(expected.samples());
  }

  static Stream<Arguments> sizes() {
    return IntStream.range(3, 40).mapToObj(i -> Arguments.of(i, 3 + i * 7 % 11));
  }

  private Picture picture(int width, int height) {
    short[] samples = new short[width * height * 3];
    boolean white = random.nextInt(3) == 0;
    for (int i = 0; i < samples.length; i++) {
      samples[i] = (short) (white ? 65535 : random.nextInt(65536));
    }
    return new Picture(width, height, samples);
  }

  /** Blocks of one offset with single pixels of other offsets among them. */
  private int[] field(int width, int height, int radius) {
    MatchGrid grid = new MatchGrid(width, height);
    int block = 1 + random.nextInt(40);
    for (int i = 0; i < grid.field.length; i++) {
      int shift = i % width / block * 3 % 7;
      boolean alone = random.nextInt(8) == 0;
      int x = alone ? random.nextInt(width) : Math.min(i % width + shift, width - 1);
      int y = alone ? random.nextInt(height) : i / width;
      grid.field[i] = pack(x, y);
    }
    grid.clampToInterior(radius);
    grid.extendToBorder(radius);
    return grid.field;
  }
}
