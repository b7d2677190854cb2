package org.diffsynth.io;

import java.io.IOException;
import java.util.Arrays;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.internal.text.Text;

/**
 * The colours of a clip in small: mean and covariance of red, green and blue over all its pixels,
 * with samples in [0, 1]. Immutable.
 *
 * <pre>{@code
 * Palette.Transfer transfer = Palette.of(clip).transferTo(Palette.of(reference));
 * Frame matched = transfer.apply(frame);
 * }</pre>
 *
 * @see <a href="https://doi.org/10.1049/cp:20070055">Pitié and Kokaram 2007, The linear
 *     Monge-Kantorovitch linear colour mapping for example-based colour transfer</a>
 */
public final class Palette {

  private static final int CHANNELS = 3;
  private static final int SQUARE = CHANNELS * CHANNELS;

  /** Variance of the rounding to 8 bits, and more: below it, colours are taken as equal. */
  private static final double LEAST_VARIANCE = 1 / (255.0 * 255);

  /** A transfer stretches no direction of colours further than this, and shrinks none below it. */
  private static final double MOST_GAIN = 4;

  private final double[] mean;
  private final double[] covariance;

  private Palette(double[] mean, double[] covariance) {
    this.mean = mean;
    this.covariance = covariance;
  }

  /**
   * Creates a palette from its values.
   *
   * @param mean mean of red, green and blue, each in [0, 1]
   * @param covariance covariance of red, green and blue, row by row: 9 values, symmetric, with
   *     diagonal elements in [0, 1]
   * @throws IllegalArgumentException if a value is outside its documented range
   */
  public static Palette of(double[] mean, double[] covariance) {
    check(mean.length == CHANNELS, "mean must have 3 values, but had ", mean.length);
    check(
        covariance.length == SQUARE, "covariance must have 9 values, but had ", covariance.length);
    for (double value : mean) {
      check(value >= 0 && value <= 1, "mean must be in [0, 1], but was ", value);
    }
    for (int i = 0; i < SQUARE; i++) {
      double value = covariance[i];
      int row = i / CHANNELS;
      int column = i % CHANNELS;
      check(
          value <= 1 && value >= (row == column ? 0 : -1),
          "covariance must be in [-1, 1], on its diagonal in [0, 1], but was ",
          value);
      check(
          value == covariance[column * CHANNELS + row], "covariance must be symmetric, at ", value);
    }
    return new Palette(mean.clone(), covariance.clone());
  }

  private static void check(boolean condition, String rule, Object value) {
    if (!condition) {
      throw new IllegalArgumentException(rule + value);
    }
  }

  /**
   * Reads a clip to its end and returns its palette. The caller closes the source.
   *
   * @throws IOException if the clip cannot be read or has no frames
   */
  public static Palette of(FrameSource frames) throws IOException {
    Collector colours = new Collector();
    for (Frame frame = frames.read(); frame != null; frame = frames.read()) {
      colours.add(frame);
    }
    if (colours.isEmpty()) {
      throw new IOException("the clip whose colours are wanted has no frames");
    }
    return colours.palette();
  }

  /** Adds up the colours of frames. Not for use by several threads at once. */
  public static final class Collector {

    private final double[] sums = new double[CHANNELS];
    private final double[] products = new double[SQUARE];
    private long pixels;

    /** Creates a collector without colours. */
    public Collector() {}

    /** Adds the pixels of a frame. */
    public void add(Frame frame) {
      float[] samples = frame.toFloat();
      for (int i = 0; i < samples.length; i += CHANNELS) {
        double red = samples[i];
        double green = samples[i + 1];
        double blue = samples[i + 2];
        sums[0] += red;
        sums[1] += green;
        sums[2] += blue;
        products[0] += red * red;
        products[1] += red * green;
        products[2] += red * blue;
        products[4] += green * green;
        products[5] += green * blue;
        products[8] += blue * blue;
      }
      pixels += samples.length / CHANNELS;
    }

    /** Returns whether no frame has been added. */
    public boolean isEmpty() {
      return pixels == 0;
    }

    /**
     * Returns the palette of the frames added until now.
     *
     * @throws IllegalStateException if there are none
     */
    public Palette palette() {
      if (isEmpty()) {
        throw new IllegalStateException("no frame has been added, so there are no colours");
      }
      double[] mean = new double[CHANNELS];
      double[] covariance = new double[SQUARE];
      for (int i = 0; i < CHANNELS; i++) {
        mean[i] = Math.min(Math.max(sums[i] / pixels, 0), 1);
      }
      for (int row = 0; row < CHANNELS; row++) {
        for (int column = row; column < CHANNELS; column++) {
          double value =
              products[row * CHANNELS + column] / pixels
                  - sums[row] / pixels * (sums[column] / pixels);
          value = row == column ? Math.max(value, 0) : value;
          covariance[row * CHANNELS + column] = value;
          covariance[column * CHANNELS + row] = value;
        }
      }
      return new Palette(mean, covariance);
    }
  }

  /** Returns the mean of red, green and blue, each in [0, 1]. */
  public double[] mean() {
    return mean.clone();
  }

  /** Returns the covariance of red, green and blue, row by row: 9 values. */
  public double[] covariance() {
    return covariance.clone();
  }

  /**
   * Returns the colour change that gives pictures of this palette the target's palette and changes
   * colours least otherwise: A = Σ₁^(−½) (Σ₁^½ Σ₂ Σ₁^½)^½ Σ₁^(−½), with Σ₁ and Σ₂ the covariances
   * of this palette and of the target. Its gain lies in [¼, 4] in every direction of colour, so
   * that a grey clip does not turn into coloured noise.
   */
  public Transfer transferTo(Palette target) {
    SymmetricMatrix from = SymmetricMatrix.of(covariance).map(value -> floor(value));
    SymmetricMatrix to = SymmetricMatrix.of(target.covariance).map(value -> floor(value));
    SymmetricMatrix root = from.map(Math::sqrt);
    SymmetricMatrix inverse = from.map(value -> 1 / Math.sqrt(value));
    SymmetricMatrix middle = root.around(to).map(value -> Math.sqrt(Math.max(value, 0)));
    SymmetricMatrix gain =
        inverse.around(middle).map(value -> Math.min(Math.max(value, 1 / MOST_GAIN), MOST_GAIN));
    double[] offset = gain.times(mean);
    for (int i = 0; i < CHANNELS; i++) {
      offset[i] = target.mean[i] - offset[i];
    }
    return new Transfer(gain, offset);
  }

  private static double floor(double variance) {
    return Math.max(variance, 0) + LEAST_VARIANCE;
  }

  /** Returns the palette of pictures of this palette after a colour change. */
  public Palette changedBy(Transfer change) {
    double[] changed = change.gain.times(mean);
    for (int i = 0; i < CHANNELS; i++) {
      changed[i] = Math.min(Math.max(changed[i] + change.offset[i], 0), 1);
    }
    return new Palette(changed, change.gain.around(SymmetricMatrix.of(covariance)).toArray());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Palette that
        && Arrays.equals(mean, that.mean)
        && Arrays.equals(covariance, that.covariance);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(mean) + Arrays.hashCode(covariance);
  }

  /** Returns the mean colour, for example {@code "Palette[0.41 0.38 0.30]"}. */
  @Override
  public String toString() {
    return Text.format("Palette[%.2f %.2f %.2f]", mean[0], mean[1], mean[2]);
  }

  /** A colour change that is linear in red, green and blue: one matrix and one offset. */
  public static final class Transfer {

    private final SymmetricMatrix gain;
    private final double[] offset;

    private Transfer(SymmetricMatrix gain, double[] offset) {
      this.gain = gain;
      this.offset = offset;
    }

    /**
     * Returns the frame with changed colours, of the frame's depth. Samples are clipped to [0, 1]
     * and rounded once.
     */
    public Frame apply(Frame frame) {
      float[] samples = frame.toFloat();
      double[] a = gain.toArray();
      for (int i = 0; i < samples.length; i += CHANNELS) {
        double red = samples[i];
        double green = samples[i + 1];
        double blue = samples[i + 2];
        samples[i] = clipped(a[0] * red + a[1] * green + a[2] * blue + offset[0]);
        samples[i + 1] = clipped(a[3] * red + a[4] * green + a[5] * blue + offset[1]);
        samples[i + 2] = clipped(a[6] * red + a[7] * green + a[8] * blue + offset[2]);
      }
      return Frame.ofFloat(frame.width(), frame.height(), samples).as(frame.depth());
    }

    private static float clipped(double value) {
      return (float) Math.min(Math.max(value, 0), 1);
    }
  }
}
