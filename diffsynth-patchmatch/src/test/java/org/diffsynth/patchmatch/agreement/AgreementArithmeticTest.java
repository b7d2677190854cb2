package org.diffsynth.patchmatch.agreement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.diffsynth.match.NearestNeighborField.pack;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.Video;
import org.diffsynth.patchmatch.engine.CompactField;
import org.diffsynth.patchmatch.engine.Picture;
import org.diffsynth.patchmatch.engine.Texels;
import org.diffsynth.patchmatch.engine.WorkerPool;
import org.diffsynth.patchmatch.flow.BrightnessImage;
import org.diffsynth.patchmatch.flow.DenseInverseSearch;
import org.diffsynth.patchmatch.flow.FlowOptions;
import org.diffsynth.testkit.TestFrames;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The parts of the default blend against plain ones. */
class AgreementArithmeticTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 7, 16, 17, 31, 33, 64, 81})
  void median_anyCount_isThatOfSorting(int count) {
    SplittableRandom random = new SplittableRandom(count);
    for (int width : new int[] {1, 13, 31, 32, 33, 100}) {
      short[][][] offers = new short[count][1][width + AgreementKernels.PADDING];
      for (short[][] offer : offers) {
        for (int x = 0; x < width; x++) {
          offer[0][x] = (short) random.nextInt(65536);
        }
      }
      float[] expected = new float[width];
      for (int x = 0; x < width; x++) {
        int column = x;
        int[] sorted =
            Arrays.stream(offers).mapToInt(offer -> offer[0][column] + 32768).sorted().toArray();
        expected[x] = sorted[(count - 1) / 2] + sorted[count / 2] + 1 >> 1;
      }
      for (AgreementKernels kernels :
          List.of(FastKernels.agreement(true), FastKernels.agreement(false))) {
        float[] median = new float[width];
        short[][] scratch = new short[count][width + AgreementKernels.PADDING];

        kernels.median(new MedianNetwork(count), offers, 0, width, scratch, median);

        assertThat(median).isEqualTo(expected);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 2", "5, 3, 4", "33, 29, 2", "20, 41, 8", "64, 9, 8"})
  void boxSum_anySize_isThatOfAddingUp(int width, int height, int radius) {
    int[] plane = new SplittableRandom(7).ints((long) width * height, 0, 1000).toArray();
    int[] expected = new int[plane.length];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        for (int dy = -radius; dy <= radius; dy++) {
          for (int dx = -radius; dx <= radius; dx++) {
            int row = Math.min(Math.max(y + dy, 0), height - 1);
            int column = Math.min(Math.max(x + dx, 0), width - 1);
            expected[y * width + x] += plane[row * width + column];
          }
        }
      }
    }
    int[] reference = plane.clone();
    try (WorkerPool workers = new WorkerPool(3)) {
      new FastBoxSum(width, height, workers).apply(plane, radius);
      new ReferenceBoxSum(width, height, workers).apply(reference, radius);
    }

    assertThat(plane).isEqualTo(expected);
    assertThat(reference).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "1, 0", "-2, 1", "3, -3"})
  void motion_ofAPan_isItsShift(int dx, int dy) {
    Video pan = TestFrames.pan(2, 96, 80, dx, dy, 50);
    Texels from = texels(pan.frame(0));
    Texels to = texels(pan.frame(1));
    try (WorkerPool workers = new WorkerPool(2)) {
      DenseInverseSearch search = DenseInverseSearch.on(workers, FlowOptions.STEADYING);
      Motion motion = Motion.of(search.between(BrightnessImage.of(from), BrightnessImage.of(to)));

      for (int y = 16; y < 64; y++) {
        for (int x = 16; x < 80; x++) {
          assertThat(motion.dx(y * 96 + x)).isCloseTo(-dx * Motion.ONE, within(4));
          assertThat(motion.dy(y * 96 + x)).isCloseTo(-dy * Motion.ONE, within(4));
        }
      }
    }
  }

  @Test
  void then_twoSteps_addsThemWhereTheFirstLeads() {
    Motion first = new Motion(8, 1);
    Motion second = new Motion(8, 1);
    for (int x = 0; x < 8; x++) {
      first.set(x, 1.5f, 0f);
      second.set(x, x, 0f);
    }
    try (WorkerPool workers = new WorkerPool(1)) {
      Motion both = first.then(second, workers);

      assertThat(both.dx(0)).isEqualTo(Motion.ONE * 3);
      assertThat(both.dx(4)).isEqualTo(Motion.ONE * 7);
      assertThat(both.dx(7)).as("the border repeats").isEqualTo(Motion.ONE * 17 / 2);
    }
  }

  @Test
  void cubic_atAWholePixel_isThatPixel() {
    short[] picture = new short[5 * 4 * 3];
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < picture.length; i++) {
      picture[i] = (short) random.nextInt();
    }
    CubicSampler sampler = new CubicSampler(5, 4);
    float[] found = new float[3];

    sampler.moveTo(1, 1, 2 * Motion.ONE, Motion.ONE);
    sampler.read(picture, found);

    for (int c = 0; c < 3; c++) {
      assertThat(found[c]).isEqualTo(picture[(2 * 5 + 3) * 3 + c] & 0xFFFF);
    }
  }

  @Test
  void cubic_betweenEqualPixels_isExact() {
    short[] picture = new short[8 * 8 * 3];
    Arrays.fill(picture, (short) 51_234);
    CubicSampler sampler = new CubicSampler(8, 8);
    float[] found = new float[3];
    for (int fraction = 0; fraction < Motion.ONE; fraction++) {
      sampler.moveTo(4, 4, fraction, 31 - fraction);
      sampler.read(picture, found);
      assertThat(Samples.round(found[1]) & 0xFFFF).isEqualTo(51_234);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void agreement_oneOutlier_takesNoPartOfIt(boolean fast) {
    Texels guide = texels(TestFrames.plain(4, 3, 90));
    int[] matches = new int[12];
    for (int i = 0; i < 12; i++) {
      matches[i] = pack(i % 4, i / 4);
    }
    CompactField identity = CompactField.of(4, matches);
    try (WorkerPool workers = new WorkerPool(1)) {
      Agreement agreement =
          fast
              ? new FastAgreement(4, 3, workers, FastKernels.agreement(false))
              : new ReferenceAgreement(4, 3, workers);
      List<AgreementSource> sources =
          List.of(
              new AgreementSource(guide, StyleSamples.of(filled(100)), null),
              new AgreementSource(guide, StyleSamples.of(filled(102)), identity),
              new AgreementSource(guide, StyleSamples.of(filled(250)), identity));

      AgreedPicture result = agreement.of(sources, 0);

      assertThat((result.picture()[0] & 0xFFFF) / 257.0).isCloseTo(101, within(0.5));
      assertThat((result.guide()[5] & 0xFFFF)).isEqualTo(90 * 257);
      assertThat(result.flicker()[0] & 0xFF).isGreaterThan(200);
    }
  }

  private static Texels texels(Frame frame) {
    return Texels.of(Picture.of(frame));
  }

  private static short[] filled(int value) {
    short[] samples = new short[36];
    Arrays.fill(samples, (short) (value * 257));
    return samples;
  }
}
