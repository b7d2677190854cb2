package org.diffsynth.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;

class FrameTest {

  @Test
  void conversions_all8BitValues_surviveTheWayThrough16BitAndFloat() {
    byte[] all = new byte[256 * 3];
    for (int i = 0; i < all.length; i++) {
      all[i] = (byte) (i / 3);
    }
    Frame frame = Frame.ofRgb8(256, 1, all);

    assertThat(frame.as(Frame.Depth.UINT16).as(Frame.Depth.UINT8)).isEqualTo(frame);
    assertThat(frame.as(Frame.Depth.FLOAT).as(Frame.Depth.UINT8)).isEqualTo(frame);
    assertThat(frame.as(Frame.Depth.FLOAT).as(Frame.Depth.UINT16).toRgb8()).isEqualTo(all);
  }

  @Test
  void conversions_all16BitValues_surviveTheWayThroughFloat() {
    short[] all = new short[65536 * 3];
    for (int i = 0; i < all.length; i++) {
      all[i] = (short) (i / 3);
    }
    Frame frame = Frame.ofRgb16(65536, 1, all);

    assertThat(frame.as(Frame.Depth.FLOAT).toRgb16()).isEqualTo(all);
  }

  @Test
  void toRgb8_between_roundsToNearest() {
    Frame frame = Frame.ofFloat(1, 1, new float[] {0.5f / 255, 0.499f / 255, 254.5f / 255});

    assertThat(frame.toRgb8()).containsExactly(1, 0, (byte) 255);
    Frame deep = Frame.ofRgb16(1, 1, new short[] {128, 129, (short) 65535});
    assertThat(deep.toRgb8()).containsExactly(0, 1, (byte) 255);
  }

  @Test
  void ofFloat_outsideNominalRange_keptAndClampedByConversion() {
    Frame frame = Frame.ofFloat(1, 1, new float[] {-0.5f, 0.25f, 1.5f});

    assertThat(frame.toFloat()).containsExactly(-0.5f, 0.25f, 1.5f);
    assertThat(frame.toRgb8()).containsExactly(0, 64, (byte) 255);
  }

  @Test
  void ofFloat_notANumber_namesThePixel() {
    float[] samples = new float[2 * 2 * 3];
    samples[(1 * 2 + 0) * 3 + 2] = Float.NaN;

    assertThatThrownBy(() -> Frame.ofFloat(2, 2, samples))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("samples must be finite, but was NaN at x=0, y=1, channel 2");
  }

  @Test
  void of_wrongLength_saysHowManyAreExpected() {
    assertThatThrownBy(() -> Frame.ofRgb8(4, 2, new byte[23]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a 4x2 RGB frame must have 24 samples, but got 23");
  }

  @Test
  void of_arrayChangedAfterwards_keepsItsOwnCopy() {
    byte[] samples = new byte[3];
    Frame frame = Frame.ofRgb8(1, 1, samples);
    samples[0] = 9;
    frame.toRgb8()[1] = 9;

    assertThat(frame.toRgb8()).containsExactly(0, 0, 0);
  }

  @Test
  void toRgb_anyFloats_areRoundedHalfUpAndClamped() {
    float[] samples = new float[3 * 4096];
    Random random = new Random(5);
    for (int i = 0; i < samples.length; i++) {
      float half = (random.nextInt(255) + 0.5f) / 255;
      samples[i] = i % 3 == 0 ? random.nextFloat() * 1.4f - 0.2f : half + i % 5 * Math.ulp(half);
    }
    Frame frame = Frame.ofFloat(64, 64, samples);
    byte[] small = frame.toRgb8();
    short[] large = frame.toRgb16();
    float[] back = frame.as(Frame.Depth.UINT8).toFloat();
    for (int i = 0; i < samples.length; i++) {
      float clamped = Math.min(1, Math.max(0, samples[i]));
      assertThat(small[i] & 0xFF).isEqualTo(Math.round(clamped * 255));
      assertThat(large[i] & 0xFFFF).isEqualTo(Math.round(clamped * 65535));
      assertThat(back[i]).isEqualTo((small[i] & 0xFF) / 255f);
    }
  }
}
