package org.diffsynth.annotator;

import java.util.Arrays;
import org.diffsynth.annotator.internal.Plane;
import org.diffsynth.control.Annotator;
import org.diffsynth.frame.Frame;

/**
 * Draws the dark lines of a picture as white lines on black, without a model. The brightness of a
 * pixel shows how much darker the pixel is than its surroundings.
 *
 * <p>The value of a pixel is the minimum over the colour channels of Gσ ∗ v − v, where v is the
 * sample and Gσ a Gaussian of standard deviation {@code sigma}. It is scaled so that the median
 * line has brightness 127. The published annotator measures this median in every frame, which makes
 * the lines flicker. This class measures the median once per clip: in the first frame in which
 * lines cover at least a thousandth of the pixels.
 *
 * <p>An object keeps the measured median and must be used for one clip and from one thread. A
 * pipeline calls {@link #forRun}, so one object may be given to several runs; in other code, create
 * one object per clip.
 *
 * @see <a href="https://github.com/huggingface/controlnet_aux">controlnet_aux, lineart_standard,
 *     whose sigma of 6 and threshold of 8 are the defaults</a>
 */
public final class LineArt implements Annotator {

  private static final double MAX_SIGMA = 64;
  private static final float LEAST_MEDIAN = 16;
  private static final float BRIGHTNESS = 127;

  /** A frame with a smaller share of line pixels, such as a frame of a fade, is not measured. */
  private static final double LEAST_SHARE = 0.001;

  private final double sigma;
  private final double threshold;
  private float median = Float.NaN;

  /**
   * Creates an annotator with the published values: a sigma of 6 pixels and a threshold of 8
   * levels.
   */
  public LineArt() {
    this(6, 8);
  }

  /**
   * Creates an annotator with the given sigma and threshold.
   *
   * @param sigma standard deviation, in pixels, of the Gaussian that defines the surroundings of a
   *     pixel; in [0.5, 64], published value 6
   * @param threshold minimum difference, in levels of 255, of a pixel that counts as a line when
   *     the median is measured; at least 0, published value 8
   * @throws IllegalArgumentException if a value is out of range
   */
  public LineArt(double sigma, double threshold) {
    if (!(sigma >= 0.5 && sigma <= MAX_SIGMA)) {
      throw new IllegalArgumentException("sigma must be in [0.5, 64], but was " + sigma);
    }
    if (!(threshold >= 0)) {
      throw new IllegalArgumentException("threshold must be at least 0, but was " + threshold);
    }
    this.sigma = sigma;
    this.threshold = threshold;
  }

  /** Returns an annotator with the same settings that has not yet seen a frame. */
  @Override
  public Annotator forRun() {
    return new LineArt(sigma, threshold);
  }

  @Override
  public Frame annotate(Frame frame) {
    float[] darker = new float[frame.width() * frame.height()];
    Arrays.fill(darker, Float.POSITIVE_INFINITY);
    for (int c = 0; c < 3; c++) {
      Plane channel = Plane.channel(frame, c);
      float[] around = channel.blurred(sigma).values();
      for (int i = 0; i < darker.length; i++) {
        darker[i] = Math.min(darker[i], around[i] - channel.values()[i]);
      }
    }
    if (Float.isNaN(median)) {
      median = median(darker);
    }
    float line = Float.isNaN(median) ? LEAST_MEDIAN : median;
    for (int i = 0; i < darker.length; i++) {
      // The published annotator truncates instead of rounding.
      darker[i] = (float) Math.floor(Math.min(255, Math.max(0, darker[i]) / line * BRIGHTNESS));
    }
    return new Plane(frame.width(), frame.height(), darker).toFrame();
  }

  /** Median of the line pixels, at least 16; NaN if there are too few line pixels. */
  private float median(float[] darker) {
    float[] lines = new float[darker.length];
    int count = 0;
    for (float value : darker) {
      if (value > threshold) {
        lines[count++] = value;
      }
    }
    if (count < LEAST_SHARE * darker.length) {
      return Float.NaN;
    }
    Arrays.sort(lines, 0, count);
    return Math.max(LEAST_MEDIAN, (lines[(count - 1) / 2] + lines[count / 2]) / 2);
  }
}
