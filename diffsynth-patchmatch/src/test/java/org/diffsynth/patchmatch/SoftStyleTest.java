package org.diffsynth.patchmatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.deflicker.PatchBlending;
import org.diffsynth.deflicker.PatchBlending.BlendMode;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameRate;
import org.diffsynth.frame.Video;
import org.diffsynth.testkit.scene.MovingScene;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A style softer than its guide: the default blend must not add the guide's detail as grain. */
class SoftStyleTest {

  private static final int WIDTH = 192;
  private static final int HEIGHT = 108;
  private static final int FRAMES = 9;
  private static final MovingScene SCENE =
      MovingScene.DEFAULT.withSize(WIDTH, HEIGHT).withFrames(FRAMES);

  @ParameterizedTest
  @CsvSource({"1, 1.3", "2, 1.3", "4, 1.5"})
  void apply_styleSofterThanTheGuide_keepsItSoft(int blurs, double most) {
    List<Frame> guide = new ArrayList<>();
    List<Frame> truth = new ArrayList<>();
    List<Frame> style = new ArrayList<>();
    for (int i = 0; i < FRAMES; i++) {
      guide.add(SCENE.guideFrame(i));
      truth.add(blurred(SCENE.guideFrame(i), blurs));
      style.add(flickering(truth.get(i), i));
    }
    Video guides = Video.of(guide, FrameRate.DEFAULT);
    Video styles = Video.of(style, FrameRate.DEFAULT);

    int middle = FRAMES / 2;
    short[] expected = truth.get(middle).toRgb16();
    short[] sharp = blended(guides, styles).frame(middle).toRgb16();
    assertThat(sharpness(sharp)).isLessThan(most * sharpness(expected));
  }

  private static Video blended(Video guides, Video styles) {
    return PatchBlending.of(BlendMode.SHARP, 8)
        .withCompute(ComputeOptions.AUTO.withEngine("cpu").withThreads(2))
        .apply(guides, styles);
  }

  /** Blurs by box means over 5 by 5 pixels, several times. */
  private static Frame blurred(Frame frame, int times) {
    short[] samples = frame.toRgb16();
    for (int k = 0; k < times; k++) {
      short[] before = samples;
      short[] after = new short[before.length];
      for (int i = 0; i < after.length; i++) {
        int sum = 0;
        for (int dy = -2; dy <= 2; dy++) {
          for (int dx = -2; dx <= 2; dx++) {
            int x = Math.min(Math.max(i / 3 % WIDTH + dx, 0), WIDTH - 1);
            int y = Math.min(Math.max(i / 3 / WIDTH + dy, 0), HEIGHT - 1);
            sum += before[3 * (y * WIDTH + x) + i % 3] & 0xFFFF;
          }
        }
        after[i] = (short) ((sum + 12) / 25);
      }
      samples = after;
    }
    return Frame.ofRgb16(WIDTH, HEIGHT, samples);
  }

  /** Changes brightness by up to 6 %, and colours by up to 12 levels in blotches of 24 pixels. */
  private static Frame flickering(Frame frame, int index) {
    SplittableRandom random = new SplittableRandom(100 + index);
    double gain = random.nextDouble(0.94, 1.06);
    int columns = WIDTH / 24 + 2;
    double[] grid = random.doubles(3L * columns * (HEIGHT / 24 + 2), -12 * 257, 12 * 257).toArray();
    short[] samples = frame.toRgb16();
    for (int i = 0; i < samples.length; i++) {
      double x = i / 3 % WIDTH / 24.0;
      double y = i / 3 / WIDTH / 24.0;
      int at = 3 * ((int) y * columns + (int) x) + i % 3;
      double right = x - (int) x;
      double upper = grid[at] * (1 - right) + grid[at + 3] * right;
      double lower = grid[at + 3 * columns] * (1 - right) + grid[at + 3 * columns + 3] * right;
      double blotch = upper * (1 - y + (int) y) + lower * (y - (int) y);
      double value = (samples[i] & 0xFFFF) * gain + blotch;
      samples[i] = (short) (int) Math.min(Math.max(value, 0), 65535);
    }
    return Frame.ofRgb16(WIDTH, HEIGHT, samples);
  }

  private static double sharpness(short[] samples) {
    double sum = 0;
    for (int y = 1; y < HEIGHT - 1; y++) {
      for (int x = 1; x < WIDTH - 1; x++) {
        int i = y * WIDTH + x;
        double laplacian =
            grey(samples, i - 1)
                + grey(samples, i + 1)
                + grey(samples, i - WIDTH)
                + grey(samples, i + WIDTH)
                - 4 * grey(samples, i);
        sum += laplacian * laplacian;
      }
    }
    return sum;
  }

  private static double grey(short[] samples, int i) {
    return 0.299 * (samples[3 * i] & 0xFFFF)
        + 0.587 * (samples[3 * i + 1] & 0xFFFF)
        + 0.114 * (samples[3 * i + 2] & 0xFFFF);
  }
}
