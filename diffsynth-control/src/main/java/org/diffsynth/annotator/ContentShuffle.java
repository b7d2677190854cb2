package org.diffsynth.annotator;

import java.util.SplittableRandom;
import org.diffsynth.control.Annotator;
import org.diffsynth.frame.Frame;
import org.diffsynth.internal.text.Text;

/**
 * Stirs the content of a picture by a smooth random flow: colours and texture remain, shapes
 * disappear. A shuffle ControlNet reads the style from such a picture.
 *
 * <p>Two planes of random numbers on a lattice of {@code step} pixels are enlarged bicubically and
 * stretched to [0, 1]. Their values give the column and the row from which each pixel is sampled
 * bilinearly. The flow depends only on the seed and the size of the picture, so one shuffled
 * picture per clip is enough.
 *
 * <p>Immutable and without state: one object may serve several clips and threads.
 *
 * @param step distance of the random numbers in pixels, 2 to 4096. 256 is recommended: the
 *     ControlNet was trained with it. A larger value gives a smoother flow
 * @param seed seed of the random flow
 * @see <a href="https://github.com/lllyasviel/ControlNet-v1-1-nightly">ControlNet 1.1, shuffle</a>
 */
public record ContentShuffle(int step, long seed) implements Annotator {

  private static final int MAX_STEP = 4096;

  /**
   * The parameter a of the cubic convolution kernel (Keys 1981), with the value that OpenCV uses.
   */
  private static final double CUBIC = -0.75;

  /**
   * Checks the step.
   *
   * @throws IllegalArgumentException if {@code step} is not in [2, 4096]
   */
  public ContentShuffle {
    if (step < 2 || step > MAX_STEP) {
      throw new IllegalArgumentException(
          Text.format("step must be in [2, %d], but was %d", MAX_STEP, step));
    }
  }

  /**
   * Creates an annotator with the recommended step of 256 pixels.
   *
   * @param seed seed of the random flow
   */
  public static ContentShuffle of(long seed) {
    return new ContentShuffle(256, seed);
  }

  @Override
  public Frame annotate(Frame frame) {
    int width = frame.width();
    int height = frame.height();
    SplittableRandom random = new SplittableRandom(seed);
    double[] columns = noise(width, height, random);
    double[] rows = noise(width, height, random);
    float[] from = frame.toFloat();
    float[] to = new float[from.length];
    for (int i = 0; i < columns.length; i++) {
      double x = columns[i] * (width - 1);
      double y = rows[i] * (height - 1);
      int left = (int) x;
      int top = (int) y;
      int right = Math.min(left + 1, width - 1);
      int bottom = Math.min(top + 1, height - 1);
      float fx = (float) (x - left);
      float fy = (float) (y - top);
      for (int c = 0; c < 3; c++) {
        float upper = mix(from, top * width + left, top * width + right, c, fx);
        float lower = mix(from, bottom * width + left, bottom * width + right, c, fx);
        to[3 * i + c] = upper + fy * (lower - upper);
      }
    }
    return Frame.ofFloat(width, height, to).as(frame.depth());
  }

  private static float mix(float[] rgb, int left, int right, int channel, float share) {
    float from = rgb[3 * left + channel];
    return from + share * (rgb[3 * right + channel] - from);
  }

  /** Smooth noise of one value per pixel; the smallest value is 0 and the largest is 1. */
  private double[] noise(int width, int height, SplittableRandom random) {
    int columns = width / step + 5;
    int rows = height / step + 5;
    double[] lattice = random.doubles((long) columns * rows).toArray();
    double[] result = new double[width * height];
    double least = Double.POSITIVE_INFINITY;
    double most = Double.NEGATIVE_INFINITY;
    for (int y = 0; y < height; y++) {
      double v = (y + 0.5) / step + 1;
      int row = (int) v;
      double[] vertical = weights(v - row);
      for (int x = 0; x < width; x++) {
        double u = (x + 0.5) / step + 1;
        int column = (int) u;
        double[] horizontal = weights(u - column);
        double sum = 0;
        for (int j = 0; j < 4; j++) {
          for (int i = 0; i < 4; i++) {
            double value = lattice[(row - 1 + j) * columns + column - 1 + i];
            sum += vertical[j] * horizontal[i] * value;
          }
        }
        result[y * width + x] = sum;
        least = Math.min(least, sum);
        most = Math.max(most, sum);
      }
    }
    double span = most > least ? most - least : 1;
    for (int i = 0; i < result.length; i++) {
      result[i] = (result[i] - least) / span;
    }
    return result;
  }

  private static double[] weights(double t) {
    return new double[] {cubic(1 + t), cubic(t), cubic(1 - t), cubic(2 - t)};
  }

  private static double cubic(double t) {
    return t <= 1
        ? ((CUBIC + 2) * t - (CUBIC + 3)) * t * t + 1
        : ((CUBIC * t - 5 * CUBIC) * t + 8 * CUBIC) * t - 4 * CUBIC;
  }
}
