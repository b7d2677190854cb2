package org.diffsynth.patchmatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.deflicker.FlowBlending;
import org.diffsynth.deflicker.Shots;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.Video;
import org.diffsynth.spi.FlowSession;
import org.diffsynth.testkit.TestFrames;
import org.junit.jupiter.api.Test;

class FlowBlendingTest {

  private static final Video GUIDE = TestFrames.pan(7, 96, 80, 1, 1, 30);
  private static final Video STYLE = TestFrames.flicker(GUIDE, 32);

  private static FlowBlending blending(int window, String engine, int threads) {
    return FlowBlending.of(window)
        .withCompute(ComputeOptions.AUTO.withEngine(engine).withThreads(threads));
  }

  @Test
  void apply_anyEngineAndThreads_givesTheSameBytes() {
    List<Frame> frames = blending(3, "cpu-scalar", 1).apply(GUIDE, STYLE).frames();

    assertThat(blending(3, "cpu", 1).apply(GUIDE, STYLE).frames()).isEqualTo(frames);
    assertThat(blending(3, "cpu", 4).apply(GUIDE, STYLE).frames()).isEqualTo(frames);
    assertThat(blending(3, "cpu-scalar", 3).apply(GUIDE, STYLE).frames()).isEqualTo(frames);
  }

  @Test
  void apply_unknownEngine_isRefused() {
    FlowBlending unknown = blending(3, "abacus", 1);

    assertThatThrownBy(() -> unknown.apply(GUIDE, STYLE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("abacus");
  }

  @Test
  void apply_windowOutOfRange_isRefused() {
    assertThatThrownBy(() -> FlowBlending.of(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("windowRadius must be in [0, 10000], but was -1");
  }

  @Test
  void apply_windowZero_changesNothing() {
    Video steady = blending(0, "cpu", 2).apply(GUIDE, STYLE);

    for (int i = 0; i < STYLE.size(); i++) {
      assertThat(steady.frame(i).toRgb8()).isEqualTo(STYLE.frame(i).toRgb8());
    }
  }

  @Test
  void apply_staticGuide_givesTheMeanOfTheWindow() {
    Frame still = TestFrames.texture(48, 40, 34);
    Video guide = Video.of(List.of(still, still, still), FrameRate.DEFAULT);
    Video style =
        Video.of(
            List.of(
                TestFrames.plain(48, 40, 10),
                TestFrames.plain(48, 40, 20),
                TestFrames.plain(48, 40, 60)),
            FrameRate.DEFAULT);

    Video steady = blending(1, "cpu", 2).apply(guide, style);

    assertThat(steady.frame(0).toRgb8()).containsOnly(15);
    assertThat(steady.frame(1).toRgb8()).containsOnly(30);
    assertThat(steady.frame(2).toRgb8()).containsOnly(40);
  }

  @Test
  void apply_flickeringPan_followsTheMotion() {
    Video steady = blending(6, "cpu", 2).apply(GUIDE, STYLE);

    assertThat(error(steady.frame(3), GUIDE.frame(3)))
        .isLessThan(error(STYLE.frame(3), GUIDE.frame(3)) / 2);
  }

  /** A square covers the background in one frame: its place must not get the square's colour. */
  @Test
  void exchange_hiddenPlace_isLeftOut() {
    Frame background = TestFrames.texture(96, 80, 5);
    byte[] rgb = background.toRgb8();
    byte[] square = TestFrames.texture(96, 80, 77).toRgb8();
    for (int y = 30; y < 50; y++) {
      System.arraycopy(square, 3 * (y * 96 + 40), rgb, 3 * (y * 96 + 40), 3 * 20);
    }
    Frame covered = Frame.ofRgb8(96, 80, rgb);
    ComputeOptions compute = ComputeOptions.AUTO.withEngine("cpu").withThreads(1);
    try (FlowSession session = FlowSession.open(compute, 96, 80)) {
      session.putGuide(0, background);
      session.putStyle(0, TestFrames.plain(96, 80, 0));
      session.putGuide(1, covered);
      session.putStyle(1, TestFrames.plain(96, 80, 200));
      session.exchange(0, 1);

      byte[] mean = session.mean(0).toRgb8();
      int untouched = 0;
      for (int y = 33; y < 47; y++) {
        for (int x = 43; x < 57; x++) {
          untouched += mean[3 * (y * 96 + x)] == 0 ? 1 : 0;
        }
      }
      assertThat(untouched).as("of 196 covered pixels").isGreaterThan(90);
      assertThat(mean[3 * (10 * 96 + 10)]).isEqualTo((byte) 100);
    }
  }

  @Test
  void apply_acrossACut_averagesEachShotAlone() {
    Video second = TestFrames.pan(5, 96, 80, 1, 0, 43);
    Video secondStyle = TestFrames.flicker(second, 45);

    List<Frame> whole =
        blending(3, "cpu", 2).apply(joined(GUIDE, second), joined(STYLE, secondStyle)).frames();

    assertThat(whole.subList(0, 7)).isEqualTo(blending(3, "cpu", 2).apply(GUIDE, STYLE).frames());
    assertThat(whole.subList(7, 12))
        .isEqualTo(blending(3, "cpu", 2).apply(second, secondStyle).frames());
    assertThat(
            blending(3, "cpu", 2)
                .withShots(Shots.startingAt(List.of(7)))
                .apply(joined(GUIDE, second), joined(STYLE, secondStyle))
                .frames())
        .isEqualTo(whole);
  }

  @Test
  void exchange_withoutStyle_isRefused() {
    ComputeOptions compute = ComputeOptions.AUTO.withEngine("cpu").withThreads(1);
    try (FlowSession session = FlowSession.open(compute, 96, 80)) {
      session.putGuide(0, GUIDE.frame(0));
      session.putStyle(0, STYLE.frame(0));
      session.putGuide(1, GUIDE.frame(1));

      assertThatThrownBy(() -> session.exchange(0, 1))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("style 1 is missing");
      assertThatThrownBy(() -> session.putStyle(1, TestFrames.plain(9, 9, 1)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("style 1 must be 96x80, but was 9x9");
    }
  }

  private static Video joined(Video first, Video second) {
    List<Frame> frames = new ArrayList<>(first.frames());
    frames.addAll(second.frames());
    return Video.of(frames, FrameRate.DEFAULT);
  }

  private static double error(Frame frame, Frame truth) {
    byte[] a = frame.toRgb8();
    byte[] b = truth.toRgb8();
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      int difference = (a[i] & 0xFF) - (b[i] & 0xFF);
      sum += difference * difference;
    }
    return sum / a.length;
  }
}
