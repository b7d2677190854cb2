package org.diffsynth.onnx.internal.vision;

import static org.assertj.core.api.Assertions.assertThat;

import org.diffsynth.frame.Frame;
import org.diffsynth.testkit.scene.MovingScene;
import org.junit.jupiter.api.Test;

class ShotBoundaryDetectorTest {

  /** A frame whose left columns have another colour than the right ones. */
  private static Frame split(int left, int of) {
    byte[] rgb = new byte[of * 3];
    for (int i = 0; i < left * 3; i++) {
      rgb[i] = (byte) 200;
    }
    return Frame.ofRgb8(of, 1, rgb);
  }

  @Test
  void starts_areFramesWithAQuarterOfOtherColours() {
    ShotBoundaryDetector cuts = new ShotBoundaryDetector();
    for (int left : new int[] {0, 24, 47, 72, 72, 0}) {
      cuts.add(split(left, 100));
    }
    assertThat(cuts.starts()).containsExactly(3, 5);
  }

  @Test
  void starts_ofAMovingScene_areNone() {
    ShotBoundaryDetector cuts = new ShotBoundaryDetector();
    MovingScene scene = MovingScene.DEFAULT.withSize(96, 64).withFrames(10);
    for (int i = 0; i < 10; i++) {
      cuts.add(scene.guideFrame(i));
    }
    assertThat(cuts.starts()).isEmpty();
  }
}
