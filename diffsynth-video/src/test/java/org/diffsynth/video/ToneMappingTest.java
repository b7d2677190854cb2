package org.diffsynth.video;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_TRC_ARIB_STD_B67;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_TRC_SMPTE2084;

import org.junit.jupiter.api.Test;

class ToneMappingTest {

  private static double[] mapped(int transfer, double red, double green, double blue) {
    short[] rgb = {code(red), code(green), code(blue)};
    new ToneMapping(PictureTagsTest.hdr(transfer)).apply(rgb);
    return new double[] {
      (rgb[0] & 0xFFFF) / 65535.0, (rgb[1] & 0xFFFF) / 65535.0, (rgb[2] & 0xFFFF) / 65535.0
    };
  }

  private static short code(double sample) {
    return (short) Math.round(sample * 65535);
  }

  private static double grayOfPq(double light) {
    double sample = ToneMapping.pqSample(light);
    double[] rgb = mapped(AVCOL_TRC_SMPTE2084, sample, sample, sample);
    assertThat(rgb[0]).isCloseTo(rgb[1], within(2e-3)).isCloseTo(rgb[2], within(2e-3));
    return rgb[1];
  }

  /** Values of ITU-R BT.2100, table 4, and BT.2408. */
  @Test
  void pq_isThatOfTheStandard() {
    assertThat(ToneMapping.pqSample(203)).isCloseTo(0.58, within(0.001));
    assertThat(ToneMapping.pqSample(1000)).isCloseTo(0.7518, within(0.0005));
    assertThat(ToneMapping.pqLight(ToneMapping.pqSample(92.4))).isCloseTo(92.4, within(1e-6));
  }

  @Test
  void lightBelowTheKnee_isUnchanged() {
    for (double light : new double[] {0.5, 5, 20, 80}) {
      double unchanged = Math.pow(light / ToneMapping.WHITE, 1 / 2.4);
      assertThat(grayOfPq(light)).as("%s cd/m2", light).isCloseTo(unchanged, within(2e-3));
    }
  }

  @Test
  void brightestLight_becomesWhite_andMoreLightIsBrighter() {
    assertThat(grayOfPq(1000)).isCloseTo(1, within(2e-3));
    assertThat(grayOfPq(203)).isBetween(0.80, 0.95);
    double before = 0;
    for (double light = 1; light <= 1000; light *= 1.3) {
      double now = grayOfPq(light);
      assertThat(now).isGreaterThan(before);
      before = now;
    }
  }

  /** BT.2408: 75 % HLG is diffuse white, 203 cd/m², as 58 % PQ. */
  @Test
  void hlgAndPq_ofEqualLight_becomeEqual() {
    double hlg = mapped(AVCOL_TRC_ARIB_STD_B67, 0.75, 0.75, 0.75)[1];
    assertThat(hlg).isCloseTo(grayOfPq(203), within(5e-3));
    assertThat(mapped(AVCOL_TRC_ARIB_STD_B67, 1, 1, 1)[1]).isCloseTo(1, within(2e-3));
    assertThat(mapped(AVCOL_TRC_ARIB_STD_B67, 0, 0, 0)[1]).isZero();
  }

  @Test
  void colorOutsideOfBt709_keepsItsHue() {
    double[] rgb = mapped(AVCOL_TRC_SMPTE2084, 0.1, 0.5, 0.1);
    assertThat(rgb[1]).isGreaterThan(rgb[0]).isGreaterThan(rgb[2]);
    assertThat(rgb[0]).isBetween(0.0, 1.0);
  }
}
