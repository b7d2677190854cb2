package org.diffsynth.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.Video;
import org.junit.jupiter.api.Test;

/** Frames between keys, against two other ways to make them. */
class KeyframeQualityTest {

  private static final Path CLIP =
      Path.of(System.getProperty("diffsynth.clips", "")).resolve("tos_dolly");

  @Test
  void everyFifthFrame_ofARealDolly_isAboveThirtyDecibelsAndBothOtherWays() throws IOException {
    assumeTrue(
        Files.isDirectory(CLIP), "SKIPPED, no real clip: set diffsynth.clips, not in " + CLIP);
    Video guide = KeyframeQuality.read(CLIP.resolve("clean"));
    Video truth = KeyframeQuality.read(CLIP.resolve("style_gt"));
    // The two frames furthest from their keys.
    KeyframeQuality.Result result = KeyframeQuality.measure(guide, truth, 5, List.of(2, 3));
    KeyframeQuality.print("KeyframeInterpolation", result.ours());
    KeyframeQuality.print("cross-fade", result.crossFade());
    KeyframeQuality.print("pairwise (FastBlend)", result.pairwise());
    for (int i = 0; i < result.ours().size(); i++) {
      assertThat(result.ours().get(i))
          .isGreaterThan(30)
          .isGreaterThan(result.crossFade().get(i))
          .isGreaterThan(result.pairwise().get(i));
    }
  }

  @Test
  void pairwise_betweenShiftedPictures_findsTheShift() {
    // Columns move by four pixels from the left key to the right one; this tests the method that we
    // compare with.
    Frame texture = Scenes.scene("160x120").guideFrame(0);
    Frame left = window(texture, 24, 20);
    Frame middle = window(texture, 26, 20);
    Frame right = window(texture, 28, 20);
    Frame found =
        PairwiseInterpolation.between(middle, List.of(left, right), List.of(left, right), 0.5, 7);
    byte[] a = found.toRgb8();
    byte[] b = middle.toRgb8();
    double inside = 0;
    int count = 0;
    for (int y = 20; y < 60; y++) {
      for (int i = (y * 100 + 20) * 3; i < (y * 100 + 80) * 3; i++, count++) {
        inside += Math.abs((a[i] & 0xFF) - (b[i] & 0xFF));
      }
    }
    assertThat(inside / count).isLessThan(0.5);
  }

  private static Frame window(Frame frame, int left, int top) {
    byte[] from = frame.toRgb8();
    byte[] rgb = new byte[100 * 80 * 3];
    for (int y = 0; y < 80; y++) {
      System.arraycopy(from, ((top + y) * frame.width() + left) * 3, rgb, y * 300, 300);
    }
    return Frame.ofRgb8(100, 80, rgb);
  }
}
