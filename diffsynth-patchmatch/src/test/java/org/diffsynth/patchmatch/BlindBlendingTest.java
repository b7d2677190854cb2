package org.diffsynth.patchmatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.deflicker.PatchBlending;
import org.diffsynth.deflicker.PatchBlending.BlendMode;
import org.diffsynth.deflicker.Shots;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Luma;
import org.diffsynth.frame.Video;
import org.diffsynth.testkit.TestFrames;
import org.diffsynth.testkit.scene.MovingScene;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Blending a flickering video that has no guide. */
class BlindBlendingTest {

  private static final ComputeOptions TWO_THREADS =
      ComputeOptions.AUTO.withEngine("cpu").withThreads(2);
  private static final PatchBlending SHARP = PatchBlending.sharp(5).withCompute(TWO_THREADS);

  private static final MovingScene SCENE =
      MovingScene.DEFAULT.withSize(240, 136).withFrames(16).withFlicker(1);

  @ParameterizedTest
  @EnumSource(
      value = BlendMode.class,
      names = {"SHARP", "FAST", "BALANCED"})
  void apply_flickeringScene_isSteadierAndNearerToTheTruth(BlendMode mode) throws IOException {
    Video truth = read(SCENE.truth());
    Video style = read(SCENE.flickering());
    Video steady = SHARP.withMode(mode).apply(style);
    assertThat(psnr(steady, truth)).isGreaterThan(psnr(style, truth) + 2);
    assertThat(jumps(steady, truth)).isLessThan(jumps(style, truth) / 3);
  }

  @Test
  void apply_sharp_keepsTheDetailOfTheScene() throws IOException {
    Video truth = read(SCENE.truth());
    Video steady = SHARP.apply(read(SCENE.flickering()));
    assertThat(detail(steady) / detail(truth)).isBetween(0.4, 1.3);
  }

  @Test
  void apply_videoWithoutFlicker_staysNearlyAsItIs() throws IOException {
    Video truth = read(SCENE.truth());
    Video steady = SHARP.apply(truth);
    assertThat(psnr(steady, truth)).isGreaterThan(31);
    assertThat(detail(steady) / detail(truth)).isBetween(0.6, 1.3);
  }

  /** A mean along a wrong motion would leave ghosts of the limb and holes in it. */
  @Test
  void apply_limbThatSwingsByItsWidth_isNearerToTheTruthThanTheInput() {
    Video truth = swingingLimb(14, 160, 96);
    Video style = TestFrames.flicker(truth, 5);
    assertThat(psnr(SHARP.apply(style), truth)).isGreaterThan(psnr(style, truth) + 1);
  }

  @Test
  void apply_panFasterThanTheSearchReaches_isNotWorseThanTheInput() {
    Video truth = TestFrames.pan(12, 160, 96, 61, 37, 3);
    Video style = TestFrames.flicker(truth, 5);
    assertThat(psnr(SHARP.apply(style), truth)).isGreaterThan(psnr(style, truth) - 0.2);
  }

  @Test
  void apply_twoShots_areBlendedAsIfEachWereAlone() {
    Video first = TestFrames.flicker(TestFrames.pan(9, 64, 48, 2, 1, 3), 5);
    Video second = TestFrames.flicker(TestFrames.pan(8, 64, 48, -1, 2, 77), 6);
    List<Frame> expected = new ArrayList<>(SHARP.apply(first).frames());
    expected.addAll(SHARP.apply(second).frames());
    Video both = joined(first, second);
    assertThat(SHARP.withShots(Shots.startingAt(List.of(0, 9))).apply(both).frames())
        .isEqualTo(expected);
    assertThat(SHARP.apply(both).frames()).as("the cut is found").isEqualTo(expected);
  }

  @Test
  void apply_anyEngineAndThreads_givesTheSameBytes() {
    Video style = TestFrames.flicker(TestFrames.pan(12, 100, 60, 2, 1, 3), 5);
    Video steady = SHARP.apply(style);
    assertThat(SHARP.withCompute(TWO_THREADS.withThreads(1)).apply(style).frames())
        .isEqualTo(steady.frames());
    assertThat(SHARP.withCompute(TWO_THREADS.withEngine("cpu-scalar")).apply(style).frames())
        .isEqualTo(steady.frames());
  }

  @Test
  void apply_fewFramesAndSmallOnes_areBlended() {
    for (int frames : new int[] {1, 2, 3}) {
      Video style = TestFrames.flicker(TestFrames.pan(frames, 17, 13, 1, 0, 3), 5);
      assertThat(SHARP.apply(style).size()).isEqualTo(frames);
    }
  }

  /** The last frames of a fade lag behind it: their neighbours all lie on one side. */
  @Test
  void apply_fadeOut_isFollowed() {
    Video clip = TestFrames.pan(24, 96, 64, 1, 1, 3);
    double[] gains = new double[24];
    for (int i = 0; i < gains.length; i++) {
      gains[i] = Math.min(1, (23 - i) / 12.0);
    }
    Video faded = lit(clip, gains);
    Video steady = SHARP.apply(faded);
    for (int i = 0; i < gains.length; i++) {
      assertThat(luma(steady.frame(i)))
          .as("frame " + i)
          .isCloseTo(luma(faded.frame(i)), within(i < 20 ? 8.0 : 30.0));
    }
  }

  @Test
  void apply_lampSwitchedOn_staysAStep() {
    Video clip = TestFrames.pan(24, 96, 64, 1, 1, 3);
    double[] gains = new double[24];
    for (int i = 0; i < gains.length; i++) {
      gains[i] = i < 12 ? 0.5 : 1;
    }
    Video lit = lit(clip, gains);
    Video steady = SHARP.apply(lit);
    for (int i = 0; i < gains.length; i++) {
      double limit = Math.abs(i - 11.5) < 3 ? 30 : 8;
      assertThat(luma(steady.frame(i)))
          .as("frame " + i)
          .isCloseTo(luma(lit.frame(i)), within(limit));
    }
  }

  private static Video read(FrameSource source) throws IOException {
    List<Frame> frames = new ArrayList<>();
    for (Frame frame = source.read(); frame != null; frame = source.read()) {
      frames.add(frame);
    }
    return Video.of(frames, FrameRate.DEFAULT);
  }

  /** A dark bar that swings over a still texture, up to three times its width per frame. */
  private static Video swingingLimb(int frames, int width, int height) {
    List<Frame> clip = new ArrayList<>();
    for (int i = 0; i < frames; i++) {
      byte[] rgb = TestFrames.texture(width, height, 3).toRgb8();
      int left = width / 2 - 8 + Math.round((float) (48 * StrictMath.sin(1.3 * i)));
      for (int y = height / 8; y < height; y++) {
        Arrays.fill(rgb, 3 * (y * width + left), 3 * (y * width + left + 16), (byte) 20);
      }
      clip.add(Frame.ofRgb8(width, height, rgb));
    }
    return Video.of(clip, FrameRate.DEFAULT);
  }

  private static Video joined(Video first, Video second) {
    List<Frame> frames = new ArrayList<>(first.frames());
    frames.addAll(second.frames());
    return Video.of(frames, FrameRate.DEFAULT);
  }

  private static Video lit(Video clip, double[] gains) {
    List<Frame> frames = new ArrayList<>();
    for (int i = 0; i < gains.length; i++) {
      byte[] rgb = clip.frame(i).toRgb8();
      for (int k = 0; k < rgb.length; k++) {
        rgb[k] = (byte) Math.round((rgb[k] & 0xFF) * gains[i]);
      }
      frames.add(Frame.ofRgb8(clip.frame(i).width(), clip.frame(i).height(), rgb));
    }
    return Video.of(frames, FrameRate.DEFAULT);
  }

  private static double psnr(Video video, Video truth) {
    double sum = 0;
    long samples = 0;
    for (int i = 0; i < truth.size(); i++) {
      byte[] a = video.frame(i).toRgb8();
      byte[] b = truth.frame(i).toRgb8();
      for (int k = 0; k < a.length; k++) {
        int difference = (a[k] & 0xFF) - (b[k] & 0xFF);
        sum += difference * difference;
      }
      samples += a.length;
    }
    return 10 * Math.log10(255 * 255 * samples / sum);
  }

  /** Mean squared difference of the changes from frame to frame from those of the truth. */
  private static double jumps(Video video, Video truth) {
    double sum = 0;
    for (int i = 1; i < truth.size(); i++) {
      byte[] a = video.frame(i - 1).toRgb8();
      byte[] b = video.frame(i).toRgb8();
      byte[] c = truth.frame(i - 1).toRgb8();
      byte[] d = truth.frame(i).toRgb8();
      for (int k = 0; k < a.length; k++) {
        int change = (b[k] & 0xFF) - (a[k] & 0xFF) - (d[k] & 0xFF) + (c[k] & 0xFF);
        sum += change * change;
      }
    }
    return sum;
  }

  private static double luma(Frame frame) {
    byte[] rgb = frame.toRgb8();
    double sum = 0;
    for (int k = 0; k < rgb.length; k += 3) {
      sum += Luma.times256(rgb[k] & 0xFF, rgb[k + 1] & 0xFF, rgb[k + 2] & 0xFF) / 256.0;
    }
    return sum / (rgb.length / 3);
  }

  /** Mean squared Laplacian of the green samples. */
  private static double detail(Video video) {
    double sum = 0;
    for (Frame frame : video) {
      byte[] rgb = frame.toRgb8();
      int row = 3 * frame.width();
      for (int y = 1; y < frame.height() - 1; y++) {
        for (int x = 1; x < frame.width() - 1; x++) {
          int at = y * row + 3 * x + 1;
          int laplacian =
              4 * (rgb[at] & 0xFF)
                  - (rgb[at - 3] & 0xFF)
                  - (rgb[at + 3] & 0xFF)
                  - (rgb[at - row] & 0xFF)
                  - (rgb[at + row] & 0xFF);
          sum += laplacian * laplacian;
        }
      }
    }
    return sum;
  }
}
