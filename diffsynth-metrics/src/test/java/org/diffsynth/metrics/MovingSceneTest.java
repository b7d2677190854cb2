package org.diffsynth.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Video;
import org.diffsynth.testkit.GoldenHashes;
import org.diffsynth.testkit.scene.MovingScene;
import org.junit.jupiter.api.Test;

class MovingSceneTest {

  private static final MovingScene SCENE = MovingScene.DEFAULT.withSize(160, 90).withFrames(6);

  @Test
  void frames_onEveryMachine_areTheSameBytes() {
    GoldenHashes golden = GoldenHashes.of("moving-scene.properties");
    golden.check("scene.guide.3", SCENE.guideFrame(3));
    golden.check("scene.truth.3", SCENE.truthFrame(3));
    golden.check("scene.flickering.3", SCENE.flickeringFrame(3));
    golden.check("scene.seed9.flickering.5", SCENE.withSeed(9).flickeringFrame(5));
  }

  @Test
  void sources_giveTheFramesInOrder() throws IOException {
    try (FrameSource source = SCENE.truth()) {
      Video video = Video.readAll(source);
      assertThat(video.format()).isEqualTo(source.format());
      assertThat(video.size()).isEqualTo(6);
      assertThat(video.frame(4)).isEqualTo(SCENE.truthFrame(4));
    }
  }

  @Test
  void flickering_withoutFlicker_isTheTruth() {
    MovingScene calm = SCENE.withFlicker(0);
    assertThat(calm.flickeringFrame(2)).isEqualTo(calm.truthFrame(2));
  }

  @Test
  void scene_moves_andItsPaintingMovesWithIt() {
    assertThat(FrameSimilarity.psnr(SCENE.guideFrame(0), SCENE.guideFrame(5))).isLessThan(25);
    QualityReport truth = measured(SCENE, false);
    QualityReport flickering = measured(SCENE, true);
    assertThat(flickering.warpError()).isGreaterThan(4 * truth.warpError());
    assertThat(flickering.lumaFlicker()).isGreaterThan(4 * truth.lumaFlicker());
  }

  @Test
  void depth_ofTheGround_growsTowardsTheViewer_andTheSkyIsBlack() {
    Frame depth = SCENE.depthFrame(0);
    assertThat(depth.depth()).isEqualTo(Frame.Depth.UINT16);
    float[] grey = depth.toFloat();
    int column = 3 * 80;
    int row = 3 * depth.width();
    assertThat(grey[column]).isZero();
    assertThat(grey[89 * row + column]).isGreaterThan(0.95f);
    for (int y = 60; y < 89; y++) {
      assertThat(grey[(y + 1) * row + column]).isGreaterThanOrEqualTo(grey[y * row + column]);
    }
  }

  @Test
  void walker_isNotThereUnlessAskedFor() {
    assertThat(SCENE.withWalker(true).guideFrame(2)).isNotEqualTo(SCENE.guideFrame(2));
    assertThat(SCENE.withWalker(true).withWalker(false)).isEqualTo(SCENE);
    assertThatThrownBy(() -> SCENE.walkerJoints(0))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("withWalker(true)");
  }

  @Test
  void walkerJoints_lieOnThePerson() {
    MovingScene with = SCENE.withSize(640, 360).withWalker(true);
    for (int frame = 0; frame < 6; frame++) {
      Frame person = with.guideFrame(frame);
      Frame empty = with.withWalker(false).guideFrame(frame);
      double[][] joints = with.walkerJoints(frame);
      assertThat(joints).hasNumberOfRows(18);
      for (int joint = 0; joint < 14; joint++) {
        int at = (int) joints[joint][1] * 640 + (int) joints[joint][0];
        assertThat(rgb(person, at))
            .as("joint %d of frame %d", joint, frame)
            .isNotEqualTo(rgb(empty, at));
      }
      assertThat(joints[14]).containsOnly(Double.NaN);
    }
  }

  private static int rgb(Frame frame, int pixel) {
    byte[] samples = frame.toRgb8();
    return samples[3 * pixel] << 16 ^ samples[3 * pixel + 1] << 8 ^ samples[3 * pixel + 2];
  }

  private static QualityReport measured(MovingScene scene, boolean flickering) {
    QualityMeter meter = new QualityMeter(1);
    for (int i = 0; i < scene.frames(); i++) {
      Frame judged = flickering ? scene.flickeringFrame(i) : scene.truthFrame(i);
      meter.add(scene.guideFrame(i), List.of(judged), null, null);
    }
    return meter.report(0);
  }

  @Test
  void seeds_makeDifferentScenes() {
    assertThat(SCENE.withSeed(2).guideFrame(0)).isNotEqualTo(SCENE.guideFrame(0));
  }

  @Test
  void values_outOfRange_areNamed() {
    assertThatThrownBy(() -> SCENE.withSize(15, 90)).hasMessageContaining("15x90");
    assertThatThrownBy(() -> SCENE.withFrames(0)).hasMessageContaining("frames");
    assertThatThrownBy(() -> SCENE.withFlicker(Double.NaN)).hasMessageContaining("flicker");
    assertThatThrownBy(() -> SCENE.guideFrame(6))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessageContaining("[0, 5]");
  }
}
