package org.diffsynth.io;

import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSize;

/**
 * Scales pictures with Resampler' filter of three lobes, first along rows, then along columns. When
 * shrinking the filter is widened, so that every pixel counts. What overshoots is cut off after
 * each of the two; beyond the edges nothing counts. As {@code Image.resize(size, LANCZOS)} of
 * Python's imaging library, within two levels of 8 bits, but without its rounding in between.
 *
 * @see <a href="https://doi.org/10.1175/1520-0450(1979)018%3C1016:LFIOAT%3E2.0.CO;2">Duchon 1979,
 *     Resampler filtering in one and two dimensions</a>
 */
public final class Resampler {

  private static final int CHANNELS = 3;
  private static final int LOBES = 3;

  private Resampler() {}

  /**
   * The frame at another size, with as many bits a sample. A frame of that size is returned as it
   * is.
   */
  public static Frame resized(Frame frame, FrameSize size) {
    if (frame.size().equals(size)) {
      return frame;
    }
    int width = size.width();
    int height = size.height();
    float[] samples = frame.toFloat();
    Taps columns = new Taps(frame.width(), width);
    float[] narrowed = new float[width * frame.height() * CHANNELS];
    for (int y = 0, to = 0; y < frame.height(); y++) {
      for (int x = 0; x < width; x++) {
        for (int c = 0; c < CHANNELS; c++, to++) {
          narrowed[to] = columns.sum(x, samples, y * frame.width() * CHANNELS + c, CHANNELS);
        }
      }
    }
    Taps rows = new Taps(frame.height(), height);
    int row = width * CHANNELS;
    float[] result = new float[row * height];
    for (int y = 0; y < height; y++) {
      for (int i = 0; i < row; i++) {
        result[y * row + i] = rows.sum(y, narrowed, i, row);
      }
    }
    return Frame.ofFloat(width, height, result).as(frame.depth());
  }

  /**
   * The middle of the frame at another size: scaled until it fills that, keeping its proportions,
   * and cut off where it stands out.
   */
  public static Frame filled(Frame frame, FrameSize size) {
    int width = size.width();
    int height = size.height();
    double scale = Math.max((double) width / frame.width(), (double) height / frame.height());
    int scaledWidth = Math.max(width, (int) Math.round(frame.width() * scale));
    int scaledHeight = Math.max(height, (int) Math.round(frame.height() * scale));
    Frame scaled = resized(frame, new FrameSize(scaledWidth, scaledHeight));
    if (scaled.size().equals(size)) {
      return scaled;
    }
    float[] from = scaled.toFloat();
    float[] to = new float[width * height * CHANNELS];
    int left = (scaledWidth - width) / 2;
    int top = (scaledHeight - height) / 2;
    for (int y = 0; y < height; y++) {
      System.arraycopy(
          from,
          ((top + y) * scaledWidth + left) * CHANNELS,
          to,
          y * width * CHANNELS,
          width * CHANNELS);
    }
    return Frame.ofFloat(width, height, to).as(frame.depth());
  }

  /** The source pixels that make each target pixel along one side, and their weights. */
  private static final class Taps {

    private final int[] first;
    private final float[][] weights;

    Taps(int from, int to) {
      first = new int[to];
      weights = new float[to][];
      double ratio = (double) from / to;
      double widening = Math.max(1, ratio);
      double radius = LOBES * widening;
      for (int i = 0; i < to; i++) {
        double centre = (i + 0.5) * ratio;
        int low = Math.max(0, (int) (centre - radius + 0.5));
        int high = Math.min(from, (int) (centre + radius + 0.5));
        double[] raw = new double[high - low];
        double total = 0;
        for (int tap = 0; tap < raw.length; tap++) {
          raw[tap] = weight((low + tap + 0.5 - centre) / widening);
          total += raw[tap];
        }
        first[i] = low;
        weights[i] = new float[raw.length];
        for (int tap = 0; tap < raw.length; tap++) {
          weights[i][tap] = (float) (raw[tap] / total);
        }
      }
    }

    private static double weight(double x) {
      return Math.abs(x) < LOBES ? sinc(x) * sinc(x / LOBES) : 0;
    }

    private static double sinc(double x) {
      // StrictMath: the same to the bit on every machine.
      return x == 0 ? 1 : StrictMath.sin(Math.PI * x) / (Math.PI * x);
    }

    float sum(int target, float[] samples, int offset, int stride) {
      float sum = 0;
      float[] taps = weights[target];
      for (int tap = 0; tap < taps.length; tap++) {
        sum += taps[tap] * samples[offset + (first[target] + tap) * stride];
      }
      return Math.min(Math.max(sum, 0), 1);
    }
  }
}
