package org.diffsynth.deflicker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.Monitor;
import org.diffsynth.frame.Video;
import org.diffsynth.testkit.TestFrames;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShotsTest {

  private static final int WIDTH = 96;
  private static final int HEIGHT = 64;

  private static List<Frame> pan(int frames, int dx, int dy, long seed) {
    return TestFrames.pan(frames, WIDTH, HEIGHT, dx, dy, seed).frames();
  }

  private static List<Integer> cuts(List<Frame> frames) throws IOException {
    Video video = Video.of(frames, FrameRate.DEFAULT);
    return Shots.detect(video.open(), Monitor.NONE).starts().orElseThrow();
  }

  @SafeVarargs
  private static List<Frame> joined(List<Frame>... clips) {
    List<Frame> all = new ArrayList<>();
    for (List<Frame> clip : clips) {
      all.addAll(clip);
    }
    return all;
  }

  /** Frame i becomes gain(i) times itself, plus noise of the given size. */
  private static List<Frame> exposed(List<Frame> frames, IntToDoubleFunction gain, int noise) {
    SplittableRandom random = new SplittableRandom(3);
    List<Frame> changed = new ArrayList<>();
    for (int i = 0; i < frames.size(); i++) {
      byte[] rgb = frames.get(i).toRgb8();
      for (int k = 0; k < rgb.length; k++) {
        double value =
            (rgb[k] & 0xFF) * gain.applyAsDouble(i) + random.nextInt(2 * noise + 1) - noise;
        rgb[k] = (byte) Math.round(Math.min(Math.max(value, 0), 255));
      }
      changed.add(Frame.ofRgb8(WIDTH, HEIGHT, rgb));
    }
    return changed;
  }

  private static Frame mirrored(Frame frame) {
    byte[] rgb = frame.toRgb8();
    byte[] mirror = new byte[rgb.length];
    for (int y = 0; y < HEIGHT; y++) {
      for (int x = 0; x < WIDTH; x++) {
        System.arraycopy(rgb, 3 * (y * WIDTH + x), mirror, 3 * (y * WIDTH + WIDTH - 1 - x), 3);
      }
    }
    return Frame.ofRgb8(WIDTH, HEIGHT, mirror);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5, 12})
  void detect_joinedClips_findsTheFirstFrameOfEach(int length) throws IOException {
    assertThat(cuts(joined(pan(length, 1, 1, 1), pan(7, 2, 0, 2), pan(length, 0, 1, 3))))
        .containsExactly(length, length + 7);
  }

  @Test
  void detect_shotsWithEqualHistograms_findsTheCut() throws IOException {
    List<Frame> clip = pan(8, 1, 0, 4);
    assertThat(cuts(joined(clip, clip.stream().map(ShotsTest::mirrored).toList())))
        .containsExactly(8);
  }

  @Test
  void detect_darkNoisyShots_findsTheCut() throws IOException {
    List<Frame> dark = exposed(joined(pan(8, 1, 0, 5), pan(8, 0, 1, 6)), i -> 0.12, 1);
    assertThat(cuts(dark)).containsExactly(8);
  }

  @Test
  void detect_motionFlickerAndStills_findsNothing() throws IOException {
    assertThat(cuts(pan(20, 6, 3, 7))).isEmpty();
    assertThat(cuts(pan(10, 0, 0, 8))).isEmpty();
    assertThat(cuts(exposed(pan(20, 1, 1, 9), i -> i % 2 == 0 ? 0.8 : 1.2, 8))).isEmpty();
    assertThat(cuts(TestFrames.flicker(TestFrames.pan(20, WIDTH, HEIGHT, 1, 1, 10), 11).frames()))
        .isEmpty();
    assertThat(
            cuts(List.of(TestFrames.plain(WIDTH, HEIGHT, 90), TestFrames.plain(WIDTH, HEIGHT, 92))))
        .isEmpty();
  }

  @Test
  void detect_fadesAndFlashes_findsNothing() throws IOException {
    List<Frame> clip = pan(24, 1, 0, 12);
    assertThat(cuts(exposed(clip, i -> i < 16 ? 1 : 1 - (i - 16) / 8.0, 0))).isEmpty();
    assertThat(cuts(exposed(clip, i -> Math.min(1, (i + 1) / 8.0), 0))).isEmpty();
    assertThat(cuts(exposed(clip, i -> i == 9 ? 1.9 : 1, 0))).isEmpty();
    assertThat(cuts(exposed(clip, i -> i == 9 || i == 10 ? 30 : 1, 0))).isEmpty();
    assertThat(cuts(exposed(clip, i -> i == 9 ? 0 : 1, 0))).isEmpty();
    assertThat(cuts(exposed(clip, i -> 0.4 + 0.05 * i, 0))).isEmpty();
  }

  @Test
  void startingAt_anyOrder_isSortedAndComparable() {
    assertThat(Shots.startingAt(List.of(40, 0, 12))).isEqualTo(Shots.startingAt(List.of(12, 40)));
    assertThat(Shots.startingAt(List.of(40, 0, 12)).starts()).contains(List.of(12, 40));
    assertThat(Shots.startingAt(List.of())).isEqualTo(Shots.NONE).isNotEqualTo(Shots.AUTO);
    assertThatThrownBy(() -> Shots.startingAt(List.of(3, -1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least 0")
        .hasMessageContaining("-1");
  }
}
