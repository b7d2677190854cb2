package org.diffsynth.patchmatch.fast;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.diffsynth.frame.Frame;
import org.diffsynth.match.PatchMatchOptions;
import org.diffsynth.match.PatchMatchOptions.SearchSchedule;
import org.diffsynth.patchmatch.engine.CpuEngine;
import org.diffsynth.patchmatch.engine.Picture;
import org.diffsynth.patchmatch.engine.Pyramid;
import org.diffsynth.patchmatch.reference.ReferenceEngine;
import org.diffsynth.testkit.TestFrames;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The fast engine against the reference, over options and pictures drawn at random. */
class FastEngineTest {

  private static final float[] WEIGHTS = {0, 10, 0.37f, 1e-40f, 3e38f, 1};

  static Stream<Kernels> kernels() {
    return KernelsTest.kernels();
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void everySearch_anyOptions_givesTheReferenceBytes(Kernels kernels) {
    SplittableRandom random = new SplittableRandom(7);
    for (int round = 0; round < 60; round++) {
      PatchMatchOptions options = options(random, round);
      int width = options.largestPatch() + random.nextInt(60);
      int height = options.largestPatch() + random.nextInt(40);
      compare(options, kernels, width, height, random);
    }
  }

  private static PatchMatchOptions options(SplittableRandom random, int round) {
    List<Integer> sizes = new ArrayList<>();
    int size = 3 + 2 * random.nextInt(round % 10 == 0 ? 31 : 7);
    int iterations = 1 + random.nextInt(4);
    for (int i = 0; i < iterations; i++) {
      sizes.add(size);
      size = Math.max(3, size - 2 * random.nextInt(3));
    }
    return new PatchMatchOptions(
        round % 2 == 0 ? SearchSchedule.SWEEP : SearchSchedule.PUBLISHED,
        sizes,
        random.nextInt(5),
        1 + random.nextInt(12),
        WEIGHTS[random.nextInt(WEIGHTS.length)],
        random.nextLong());
  }

  private static void compare(
      PatchMatchOptions options, Kernels kernels, int width, int height, SplittableRandom random) {
    int seed = random.nextInt(100);
    int levels = Pyramid.levelCount(width, height, options.largestPatch());
    Frame sourceFrame = TestFrames.window(width, height, 5, 9, seed);
    Frame targetFrame =
        random.nextInt(4) == 0
            ? TestFrames.plain(width, height, 255 * random.nextInt(2))
            : TestFrames.window(width, height, 5 + random.nextInt(5), 8, seed);
    Pyramid source = Pyramid.of(Picture.of(sourceFrame), levels);
    Pyramid target = Pyramid.of(Picture.of(targetFrame), levels);
    Picture style = Picture.of(TestFrames.texture(width, height, seed + 1));
    Picture agreed = Picture.of(TestFrames.texture(width, height, seed + 2));
    ReferenceEngine reference = new ReferenceEngine(options);
    FastEngine fast = new FastEngine(options, kernels);
    int[] expected = new int[width * height];
    int[] actual = new int[width * height];

    reference.fresh(source, target, style, 3, 8, expected);
    fast.fresh(source, target, style, 3, 8, actual);
    assertThat(actual).as("from nothing, %s", options).isEqualTo(expected);

    int iterations = random.nextBoolean() ? Integer.MAX_VALUE : random.nextInt(3);
    boolean probing = random.nextBoolean();
    reference.refine(expected, source, target, null, 4, 8, iterations, probing);
    fast.refine(actual, source, target, null, 4, 8, iterations, probing);
    assertThat(actual).as("refined, %s", options).isEqualTo(expected);

    CpuEngine.StylePair styles = new CpuEngine.StylePair(style, agreed);
    reference.refine(expected, source, target, styles, 5, 8, iterations, probing);
    fast.refine(actual, source, target, styles, 5, 8, iterations, probing);
    assertThat(actual).as("with a style, %s", options).isEqualTo(expected);

    Picture expectedPicture = Picture.blank(width, height);
    Picture actualPicture = Picture.blank(width, height);
    reference.carry(style, expected, expectedPicture);
    fast.carry(style, actual, actualPicture);
    assertThat(actualPicture.samples())
        .as("carried, %s", options)
        .isEqualTo(expectedPicture.samples());
    fast.forget(source);
    fast.forget(target);
  }
}
