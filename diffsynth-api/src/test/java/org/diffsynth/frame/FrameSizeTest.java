package org.diffsynth.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class FrameSizeTest {

  @Test
  void toString_anySize_isReadByParse() {
    assertThat(new FrameSize(640, 360)).hasToString("640x360");
    assertThat(FrameSize.parse("640x360")).isEqualTo(new FrameSize(640, 360));
  }

  @Test
  void constructor_sideBelowOne_isRefusedWithBothSides() {
    assertThatThrownBy(() -> new FrameSize(0, 5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0x5");
  }

  @Test
  void parse_anythingElse_isRefusedWithTheText() {
    for (String text : new String[] {"", "640", "640x", "x360", "0x5", "-1x5", "640 x 360"}) {
      assertThatThrownBy(() -> FrameSize.parse(text))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("'" + text + "'");
    }
  }

  @Test
  void nearestMultiple_roundsHalfUpAndNeverToZero() {
    assertThat(new FrameSize(27, 17).nearestMultiple(8)).isEqualTo(new FrameSize(24, 16));
    assertThat(new FrameSize(28, 20).nearestMultiple(8)).isEqualTo(new FrameSize(32, 24));
    assertThat(new FrameSize(1, 3).nearestMultiple(64)).isEqualTo(new FrameSize(64, 64));
  }

  @Test
  void pixels_largeFrame_doesNotOverflow() {
    assertThat(new FrameSize(100_000, 100_000).pixels()).isEqualTo(10_000_000_000L);
    assertThat(new FrameSize(3, 2).times(4)).isEqualTo(new FrameSize(12, 8));
  }

  @Test
  void isProportionalTo_scaledSizes_upToRoundingOfASide() {
    FrameSize video = new FrameSize(1280, 720);
    for (String like : new String[] {"1280x720", "640x360", "426x240", "848x480", "16x9", "17x9"}) {
      assertThat(video.isProportionalTo(FrameSize.parse(like))).as(like).isTrue();
      assertThat(FrameSize.parse(like).isProportionalTo(video)).as(like).isTrue();
    }
    for (String unlike : new String[] {"720x1280", "640x384", "1280x728", "1272x720", "640x480"}) {
      assertThat(video.isProportionalTo(FrameSize.parse(unlike))).as(unlike).isFalse();
      assertThat(FrameSize.parse(unlike).isProportionalTo(video)).as(unlike).isFalse();
    }
  }
}
