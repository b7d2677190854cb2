package org.diffsynth.annotator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.diffsynth.annotator.GoldenPictures.largestDifference;
import static org.diffsynth.annotator.GoldenPictures.painted;

import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import org.diffsynth.frame.Frame;
import org.diffsynth.testkit.TestFrames;
import org.junit.jupiter.api.Test;

/**
 * {@code scene-canny*.png} were made from {@code scene.png} by OpenCV's Canny, and {@code
 * scene-lineart.png} by the formula of controlnet_aux in OpenCV.
 */
class EdgesTest {

  @Test
  void canny_ofAPicture_isOpenCvsToThePixel() throws IOException {
    Frame scene = GoldenPictures.read("scene.png");
    assertThat(CannyEdges.DEFAULT.annotate(scene))
        .isEqualTo(GoldenPictures.read("scene-canny.png"));
    assertThat(new CannyEdges(50, 120).annotate(scene))
        .isEqualTo(GoldenPictures.read("scene-canny-50-120.png"));
  }

  @Test
  void canny_ofAPicture16BitsDeep_isThatOf8Bits() throws IOException {
    Frame scene = GoldenPictures.read("scene.png");
    assertThat(CannyEdges.DEFAULT.annotate(scene.as(Frame.Depth.UINT16)))
        .isEqualTo(CannyEdges.DEFAULT.annotate(scene));
  }

  @Test
  void canny_ofOnePixel_isBlack() {
    assertThat(CannyEdges.DEFAULT.annotate(TestFrames.plain(1, 1, 90)))
        .isEqualTo(TestFrames.plain(1, 1, 0));
  }

  @Test
  void thresholds_inTheWrongOrder_areAnError() {
    assertThatThrownBy(() -> new CannyEdges(200, 100)).hasMessageContaining("200 and 100");
    assertThatThrownBy(() -> new SoftEdges(List.of(1.0), 9, 8, 1)).hasMessageContaining("9.0");
    assertThatThrownBy(() -> new SoftEdges(List.of(), 1, 8, 1)).hasMessageContaining("sigmas");
    assertThatThrownBy(() -> new LineArt(0, 8)).hasMessageContaining("sigma");
  }

  private static Frame brighter(Frame frame, double factor, int offset) {
    byte[] rgb = frame.toRgb8();
    return painted(
        frame.width(),
        frame.height(),
        (x, y, c) -> factor * (rgb[(y * frame.width() + x) * 3 + c] & 0xFF) + offset);
  }

  @Test
  void softEdges_ofABrighterPicture_areTheSame() {
    Frame dark = brighter(TestFrames.texture(80, 60, 1), 0.5, 20);
    Frame bright = brighter(dark, 1, 60);
    Frame edges = SoftEdges.DEFAULT.annotate(dark);
    assertThat(edges).isNotEqualTo(TestFrames.plain(80, 60, 0));
    assertThat(largestDifference(SoftEdges.DEFAULT.annotate(bright), edges)).isLessThanOrEqualTo(1);
  }

  @Test
  void softEdges_ofAPictureWithTenPerCentMoreContrast_changeByFewLevels() {
    Frame dull = brighter(TestFrames.texture(80, 60, 1), 0.6, 30);
    // d/dk of 1 - exp(-k·r) is at most 1/e, and 0.1·255/e is 9.4; the threshold adds 0.1·low/gain.
    Frame strong = brighter(dull, 1.1, 0);
    assertThat(
            largestDifference(SoftEdges.DEFAULT.annotate(strong), SoftEdges.DEFAULT.annotate(dull)))
        .isBetween(1, 13);
  }

  @Test
  void softEdges_ofFlicker_flickerLessThanAThresholdOfThePictureWould() {
    Frame ramp = painted(96, 32, (x, y, c) -> 128 + 40 * Math.tanh((x - 48) / 6.0));
    SplittableRandom random = new SplittableRandom(3);
    Frame noisy =
        painted(
            96,
            32,
            (x, y, c) -> (ramp.toRgb8()[(y * 96 + x) * 3 + c] & 0xFF) + random.nextInt(-2, 3));
    assertThat(
            largestDifference(SoftEdges.DEFAULT.annotate(noisy), SoftEdges.DEFAULT.annotate(ramp)))
        .isLessThan(25);
  }

  @Test
  void softEdges_ofAStep_areBrightestThereAndFadeOnBothSides() {
    Frame step = painted(64, 16, (x, y, c) -> x < 32 ? 60 : 180);
    byte[] row = SoftEdges.DEFAULT.annotate(step).toRgb8();
    int[] grey = new int[64];
    for (int x = 0; x < 64; x++) {
      grey[x] = row[(8 * 64 + x) * 3] & 0xFF;
    }
    // A step of 120 has a strength of 0.4·120, reduced a little by the central differences.
    assertThat(grey[31]).isEqualTo(grey[32]).isGreaterThan(220);
    assertThat(grey[10]).isZero();
    for (int x = 33; x < 64; x++) {
      assertThat(grey[x]).isLessThanOrEqualTo(grey[x - 1]);
      assertThat(grey[x]).isEqualTo(grey[63 - x]);
    }
  }

  @Test
  void softEdges_thatNeverReachTheHighThreshold_areLeftOut() {
    Frame faint = painted(64, 16, (x, y, c) -> x < 32 ? 100 : 112);
    assertThat(SoftEdges.DEFAULT.annotate(faint)).isEqualTo(TestFrames.plain(64, 16, 0));
    assertThat(new SoftEdges(List.of(1.0, 2.0, 4.0), 2, 2, 16).annotate(faint))
        .isNotEqualTo(TestFrames.plain(64, 16, 0));
  }

  @Test
  void lineArt_ofAPicture_isThePublishedAnnotators() throws IOException {
    Frame lines = new LineArt().annotate(GoldenPictures.read("scene.png"));
    assertThat(largestDifference(lines, GoldenPictures.read("scene-lineart.png")))
        .isLessThanOrEqualTo(1);
  }

  @Test
  void lineArt_ofALaterFrame_isScaledAsTheFirst() throws IOException {
    Frame scene = GoldenPictures.read("scene.png");
    Frame faded = brighter(scene, 0.5, 60);
    LineArt clip = new LineArt();
    Frame first = clip.annotate(scene);
    Frame second = clip.annotate(faded);
    assertThat(second).isNotEqualTo(new LineArt().annotate(faded));
    assertThat(mean(second) / mean(first)).isBetween(0.45, 0.55);
  }

  @Test
  void lineArt_afterABlackFrame_isMeasuredOnThePicture() throws IOException {
    Frame scene = GoldenPictures.read("scene.png");
    LineArt clip = new LineArt();
    Frame black = TestFrames.plain(scene.width(), scene.height(), 0);
    assertThat(clip.annotate(black)).isEqualTo(black);
    assertThat(clip.annotate(scene)).isEqualTo(new LineArt().annotate(scene));
  }

  private static double mean(Frame frame) {
    double sum = 0;
    for (byte sample : frame.toRgb8()) {
      sum += sample & 0xFF;
    }
    return sum;
  }
}
