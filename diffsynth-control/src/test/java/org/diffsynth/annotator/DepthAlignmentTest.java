package org.diffsynth.annotator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.diffsynth.frame.Frame;
import org.diffsynth.testkit.TestFrames;
import org.junit.jupiter.api.Test;

class DepthAlignmentTest {

  private static final int WIDTH = 64;
  private static final int HEIGHT = 48;

  /** Depth of a pixel in a frame, on the scale 0 to 1. */
  private interface Depth {
    double at(int x, int y, int frame);
  }

  /** An inclined plane with a hill. */
  private static double slope(int x, int y) {
    return 0.2 + 0.4 * y / HEIGHT + 0.2 * Math.exp(-Math.hypot(x - 40, y - 20) / 8);
  }

  /** A box that moves over the inclined plane. */
  private static double movingBox(int x, int y, int frame) {
    return Math.abs(x - 10 - 2 * frame) < 6 && Math.abs(y - 30) < 6 ? 0.9 : slope(x, y);
  }

  /** A small near object in front of a flat background, which covers 80 % of the picture. */
  private static double flatWithObject(int x, int y, int frame) {
    return x < 28 && y < 20 ? 0.5 + 0.4 * x * y / (28.0 * 20) : 0.1;
  }

  private static Frame frame(Depth depth, int index, double scale, double shift) {
    float[] rgb = new float[WIDTH * HEIGHT * 3];
    for (int i = 0; i < rgb.length; i++) {
      int pixel = i / 3;
      rgb[i] = (float) (scale * depth.at(pixel % WIDTH, pixel / WIDTH, index) + shift);
    }
    return Frame.ofFloat(WIDTH, HEIGHT, rgb).as(Frame.Depth.UINT16);
  }

  /** The clip with a different scale and shift in each frame. */
  private static List<Frame> flickering(Depth depth, int frames, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Frame> clip = new ArrayList<>();
    for (int i = 0; i < frames; i++) {
      clip.add(frame(depth, i, 0.5 + 0.4 * random.nextDouble(), 0.1 * random.nextDouble()));
    }
    return clip;
  }

  private static List<Frame> still(Depth depth, int frames) {
    List<Frame> clip = new ArrayList<>();
    for (int i = 0; i < frames; i++) {
      clip.add(frame(depth, i, 0.9, 0));
    }
    return clip;
  }

  private static double largestDifference(Frame a, Frame b) {
    float[] one = a.toFloat();
    float[] other = b.toFloat();
    double largest = 0;
    for (int i = 0; i < one.length; i++) {
      largest = Math.max(largest, Math.abs(one[i] - other[i]));
    }
    return largest;
  }

  private static void assertAligned(Depth depth, double tolerance) {
    List<Frame> expected = DepthAlignment.align(still(depth, 12), List.of());
    List<Frame> aligned = DepthAlignment.align(flickering(depth, 12, 1), List.of(0));
    assertThat(largestDifference(flickering(depth, 12, 1).get(0), flickering(depth, 12, 1).get(3)))
        .isGreaterThan(0.05);
    for (int i = 0; i < 12; i++) {
      assertThat(largestDifference(aligned.get(i), expected.get(i)))
          .as("frame " + i)
          .isLessThan(tolerance);
    }
  }

  @Test
  void alignment_ofAStillScene_undoesScaleAndShift() {
    assertAligned((x, y, frame) -> slope(x, y), 0.002);
  }

  @Test
  void alignment_ofAMovingBox_leavesTheBoxOutOfTheFit() {
    assertAligned(DepthAlignmentTest::movingBox, 0.01);
  }

  @Test
  void alignment_beforeAFlatBackground_seesTheObject() {
    assertAligned(DepthAlignmentTest::flatWithObject, 0.002);
  }

  @Test
  void alignment_ofALongClip_keepsItsRange() {
    SplittableRandom random = new SplittableRandom(2);
    List<Frame> clip = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      clip.add(
          frame(
              (x, y, frame) -> slope(x, y) + 0.02 * (random.nextDouble() - 0.5),
              i,
              0.5 + 0.4 * random.nextDouble(),
              0.1 * random.nextDouble()));
    }
    List<Frame> aligned = DepthAlignment.align(clip, List.of());
    assertThat(deviation(aligned.get(99)) / deviation(aligned.get(0))).isCloseTo(1, within(0.02));
  }

  private static double deviation(Frame frame) {
    double sum = 0;
    double squares = 0;
    float[] rgb = frame.toFloat();
    for (float value : rgb) {
      sum += value;
      squares += value * value;
    }
    return Math.sqrt(squares / rgb.length - sum * sum / rgb.length / rgb.length);
  }

  @Test
  void alignment_atACut_beginsAnew() {
    List<Frame> first = flickering((x, y, frame) -> slope(x, y), 4, 3);
    List<Frame> second = flickering((x, y, frame) -> 1 - slope(y, x), 4, 4);
    List<Frame> both = new ArrayList<>(first);
    both.addAll(second);
    List<Frame> expected = new ArrayList<>(DepthAlignment.align(first, List.of()));
    expected.addAll(DepthAlignment.align(second, List.of()));
    assertThat(DepthAlignment.align(both, List.of(4))).isEqualTo(expected);
    assertThat(DepthAlignment.align(both, List.of())).isNotEqualTo(expected);
  }

  @Test
  void alignment_ofPlainPictures_isPlain() {
    List<Frame> plain = List.of(TestFrames.plain(4, 4, 10), TestFrames.plain(4, 4, 200));
    List<Frame> aligned = DepthAlignment.align(plain, List.of());
    assertThat(aligned.get(1)).isEqualTo(aligned.get(0));
  }

  @Test
  void alignment_ofWrongInput_isAnError() {
    List<Frame> sizes = List.of(TestFrames.plain(4, 4, 1), TestFrames.plain(5, 4, 1));
    assertThatThrownBy(() -> DepthAlignment.align(sizes, List.of()))
        .hasMessageContaining("4x4")
        .hasMessageContaining("5x4");
    List<Frame> one = List.of(TestFrames.plain(4, 4, 1));
    assertThatThrownBy(() -> DepthAlignment.align(one, List.of(1))).hasMessageContaining("[0, 0]");
  }

  @Test
  void zBuffer_atNearMiddleAndFar_isInverseDepth() {
    float[] z = {0, 0, 0, 0.5f, 0.5f, 0.5f, 1, 1, 1};
    Frame depth = DepthAlignment.fromZBuffer(Frame.ofFloat(3, 1, z).as(Frame.Depth.UINT16), 1, 4);
    // For z = 2.5, near = 1 and far = 4: (0.4 - 0.25) / (1 - 0.25).
    assertThat(depth.toFloat()[0]).isEqualTo(1);
    assertThat((double) depth.toFloat()[3]).isCloseTo(0.2, within(2e-5));
    assertThat(depth.toFloat()[6]).isZero();
    assertThat(depth.depth()).isEqualTo(Frame.Depth.UINT16);
    assertThatThrownBy(() -> DepthAlignment.fromZBuffer(depth, 4, 1)).hasMessageContaining("near");
  }

  @Test
  void zBuffer_ofFloats_holdsDistances() {
    float[] z = {0.5f, 0, 0, 2.5f, 0, 0, 9, 0, 0};
    float[] depth = DepthAlignment.fromZBuffer(Frame.ofFloat(3, 1, z), 1, 4).toFloat();
    assertThat(depth[0]).isEqualTo(1);
    assertThat((double) depth[3]).isCloseTo(0.2, within(2e-5));
    assertThat(depth[6]).isZero();
  }
}
