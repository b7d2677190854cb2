package org.diffsynth.annotator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.diffsynth.annotator.GoldenPictures.largestDifference;
import static org.diffsynth.annotator.GoldenPictures.painted;

import java.io.IOException;
import org.diffsynth.frame.Frame;
import org.diffsynth.testkit.TestFrames;
import org.junit.jupiter.api.Test;

/**
 * {@code scene-tile.png} was made from {@code scene.png} by INTER_AREA and INTER_LINEAR of OpenCV.
 */
class TileTest {

  @Test
  void tile_ofAPicture_isOpenCvs() throws IOException {
    Frame scene = GoldenPictures.read("scene.png");
    assertThat(
            largestDifference(new Tile(4).annotate(scene), GoldenPictures.read("scene-tile.png")))
        .isLessThanOrEqualTo(1);
  }

  @Test
  void tile_ofFactorOne_isTheFrame() {
    Frame frame = TestFrames.texture(9, 7, 1);
    assertThat(new Tile(1).annotate(frame)).isSameAs(frame);
  }

  @Test
  void tile_ofASizeThatIsNoMultiple_keepsPlainColoursAndDepth() {
    Frame plain = TestFrames.plain(13, 7, 77).as(Frame.Depth.UINT16);
    assertThat(new Tile(4).annotate(plain)).isEqualTo(plain);
    Frame small = TestFrames.plain(2, 2, 77);
    assertThat(new Tile(64).annotate(small)).isEqualTo(small);
  }

  @Test
  void factor_outOfRange_isAnError() {
    assertThatThrownBy(() -> new Tile(0)).hasMessageContaining("[1, 64]");
    assertThatThrownBy(() -> new Tile(65)).hasMessageContaining("was 65");
  }

  @Test
  void shuffle_withOneSeed_isTheSameAndWithAnotherIsNot() {
    Frame style = TestFrames.texture(60, 40, 2);
    Frame shuffled = new ContentShuffle(16, 5).annotate(style);
    assertThat(new ContentShuffle(16, 5).annotate(style)).isEqualTo(shuffled).isNotEqualTo(style);
    assertThat(new ContentShuffle(16, 6).annotate(style)).isNotEqualTo(shuffled);
  }

  @Test
  void shuffle_takesPixelsFromTheWholePictureAlongASmoothFlow() {
    int width = 120;
    int height = 80;
    // The red sample is the column from which a pixel came, the green sample is the row.
    Frame places = painted(width, height, (x, y, c) -> c == 0 ? 2 * x : c == 1 ? 3 * y : 50);
    byte[] rgb = new ContentShuffle(32, 1).annotate(places).toRgb8();
    int[] least = {255, 255, 255};
    int[] most = new int[3];
    int jump = 0;
    for (int i = 0; i < rgb.length; i++) {
      int value = rgb[i] & 0xFF;
      least[i % 3] = Math.min(least[i % 3], value);
      most[i % 3] = Math.max(most[i % 3], value);
      if (i / 3 % width > 0) {
        jump = Math.max(jump, Math.abs(value - (rgb[i - 3] & 0xFF)));
      }
    }
    assertThat(least).containsExactly(0, 0, 50);
    assertThat(most).containsExactly(2 * (width - 1), 3 * (height - 1), 50);
    assertThat(jump).isLessThan(40);
  }

  @Test
  void shuffle_ofTinyPictures_staysInRange() {
    Frame pixel = TestFrames.plain(1, 1, 90);
    assertThat(ContentShuffle.of(1).annotate(pixel)).isEqualTo(pixel);
    assertThatThrownBy(() -> new ContentShuffle(1, 0)).hasMessageContaining("[2, 4096]");
  }
}
