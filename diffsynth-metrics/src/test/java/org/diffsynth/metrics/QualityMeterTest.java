package org.diffsynth.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.assertj.core.data.Percentage;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.Video;
import org.diffsynth.testkit.TestFrames;
import org.junit.jupiter.api.Test;

/**
 * Golden numbers were computed with OpenCV's DIS flow, warping and Laplacian on the same frames.
 */
class QualityMeterTest {

  private static final Video GUIDE = TestFrames.pan(4, 160, 96, 2, 1, 7);
  private static final Video FLICKER = TestFrames.flicker(GUIDE, 3);

  private static QualityReport measure(Video guide, Video video, Video style, Video truth) {
    QualityMeter meter = new QualityMeter(1);
    for (int i = 0; i < guide.size(); i++) {
      meter.add(
          guide.frame(i),
          List.of(video.frame(i)),
          style == null ? null : style.frame(i),
          truth == null ? null : truth.frame(i));
    }
    return meter.report(0);
  }

  @Test
  void numbers_ofAFlickeringPan_equalOpenCvs() {
    QualityReport report = measure(GUIDE, FLICKER, FLICKER, GUIDE);
    assertThat(report.frames()).isEqualTo(4);
    assertThat(report.warpError()).isCloseTo(0.003759135, Percentage.withPercentage(5));
    assertThat(report.lumaFlicker()).isCloseTo(9.987225, within(0.02));
    assertThat(report.psnrTruth()).isCloseTo(26.587221, within(1e-4));
    assertThat(report.ssimTruth()).isCloseTo(0.926831, within(1e-3));
    assertThat(report.psnrStyle()).isEqualTo(FrameSimilarity.PSNR_OF_EQUALS);
    assertThat(report.sharpness()).isCloseTo(2.818473, within(0.02));
  }

  @Test
  void statistics_ofOneFrame_equalOpenCvs() {
    Frame guide = GUIDE.frame(0);
    Frame flicker = FLICKER.frame(0);
    assertThat(FrameSimilarity.psnr(guide, flicker)).isCloseTo(21.019084, within(1e-5));
    assertThat(FrameSimilarity.ssim(guide, flicker)).isCloseTo(0.919454, within(1e-3));
    assertThat(FrameStatistics.laplacianVariance(guide))
        .isCloseTo(277.48242, Percentage.withPercentage(1));
    assertThat(FrameStatistics.meanLuma(guide)).isCloseTo(124.531962, within(0.05));
  }

  @Test
  void warpError_ofTheGuideItself_isSmall_andOfAFrozenVideoIsNot() {
    QualityReport itself = measure(GUIDE, GUIDE, null, null);
    Video frozen =
        Video.of(
            List.of(GUIDE.frame(0), GUIDE.frame(0), GUIDE.frame(0), GUIDE.frame(0)),
            GUIDE.format().frameRate());
    QualityReport stuck = measure(GUIDE, frozen, null, null);
    assertThat(itself.warpError()).isLessThan(2e-4);
    assertThat(stuck.warpError()).isGreaterThan(20 * itself.warpError());
  }

  @Test
  void staticGrey_isPerfectlySteadyAndNotSharp() {
    Frame grey = TestFrames.plain(64, 48, 128);
    Frame texture = TestFrames.texture(64, 48, 1);
    QualityMeter meter = new QualityMeter(1);
    for (int i = 0; i < 3; i++) {
      meter.add(texture, List.of(grey), texture, null);
    }
    QualityReport report = meter.report(0);
    assertThat(report.warpError()).isZero();
    assertThat(report.pixelMse()).isZero();
    assertThat(report.sharpness()).isZero();
  }

  @Test
  void oneFrame_hasNoMotion() {
    QualityMeter meter = new QualityMeter(1);
    meter.add(GUIDE.frame(0), List.of(FLICKER.frame(0)), null, null);
    QualityReport report = meter.report(0);
    assertThat(report.warpError()).isNaN();
    assertThat(report.psnrTruth()).isNaN();
    assertThat(report.warpErrors()).isEmpty();
    assertThat(report.meanLumas()).hasSize(1);
  }

  @Test
  void severalVideos_areMeasuredAsIfAlone() {
    QualityMeter both = new QualityMeter(2);
    for (int i = 0; i < 4; i++) {
      both.add(GUIDE.frame(i), List.of(GUIDE.frame(i), FLICKER.frame(i)), null, null);
    }
    assertThat(both.report(0)).isEqualTo(measure(GUIDE, GUIDE, null, null));
    assertThat(both.report(1)).isEqualTo(measure(GUIDE, FLICKER, null, null));
  }

  @Test
  void lumaDrift_isTheDifferenceOfMeans() {
    Frame texture = TestFrames.texture(64, 48, 1);
    QualityMeter meter = new QualityMeter(1);
    meter.add(texture, List.of(TestFrames.plain(64, 48, 130)), TestFrames.plain(64, 48, 100), null);
    assertThat(meter.report(0).lumaDrift()).isCloseTo(30, within(1e-3));
  }

  @Test
  void unequalInput_isNamed() {
    QualityMeter meter = new QualityMeter(1);
    assertThatThrownBy(
            () ->
                meter.add(
                    TestFrames.plain(16, 16, 0), List.of(TestFrames.plain(17, 16, 0)), null, null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("17x16")
        .hasMessageContaining("16x16");
    assertThatThrownBy(() -> meter.add(GUIDE.frame(0), List.of(), null, null))
        .hasMessageContaining("one frame for each of 1 videos, but had 0");
    assertThatThrownBy(() -> new QualityMeter(0)).hasMessageContaining("at least 1");
  }
}
