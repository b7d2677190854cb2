package org.diffsynth.io;

import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSize;

/**
 * Scales frames, packed pictures and single-channel maps with separable filters. All scaling in the
 * library goes through this class.
 *
 * <p>The filters and their geometry are those of Pillow, Python's imaging library. The centre of
 * output sample i lies at {@code (i + 0.5) · scale} on the input line; when shrinking, the filter
 * is widened by the scale, so that every input sample contributes; samples beyond the edges are
 * left out, and the remaining weights are normalised to a sum of 1.
 *
 * <p>The three kinds of pictures differ in their arithmetic, which their results depend on:
 *
 * <table>
 *   <caption>Arithmetic by kind of picture</caption>
 *   <tr><th>method</th><th>order</th><th>weights and sums</th><th>agrees with</th></tr>
 *   <tr><td>{@link #resized}, {@link #filled}</td><td>columns, then rows</td><td>single precision,
 *       no rounding in between</td><td>Pillow within two levels of 8 bits</td></tr>
 *   <tr><td>{@link #resizedRgb8}</td><td>columns, then rows</td><td>22-bit fixed point, rounded to 8
 *       bits in between</td><td>Pillow exactly</td></tr>
 *   <tr><td>{@link #resizedMap}</td><td>columns, then rows</td><td>double precision, rounded to
 *       single in between</td><td>Pillow's mode F</td></tr>
 * </table>
 *
 * @see <a href="https://doi.org/10.1175/1520-0450(1979)018%3C1016:LFIOAT%3E2.0.CO;2">Duchon 1979,
 *     Lanczos filtering in one and two dimensions</a>
 */
public final class Resampler {

  /** The filter that weighs input samples by their distance to the output sample. */
  public enum Filter {
    /** Nearest-neighbour resampling: copies the nearest input sample. */
    NEAREST,
    /** Box filter: the mean over the covered samples. */
    BOX,
    /** A triangle of radius 1: linear interpolation when enlarging. */
    BILINEAR,
    /** A cubic of radius 2 with a = −0.5. May overshoot. */
    BICUBIC,
    /**
     * A sinc with a sinc window of three lobes. LANCZOS is the sharpest filter of this enum; the
     * result may overshoot.
     */
    LANCZOS
  }

  private static final int CHANNELS = 3;
  private static final int FIXED_POINT_BITS = 22;
  private static final int WHITE = 255;

  private Resampler() {}

  /**
   * Returns the frame at another size, with the Lanczos filter and with the depth of the frame. A
   * frame that already has the size is returned itself.
   */
  public static Frame resized(Frame frame, FrameSize size) {
    return resized(frame, size, Filter.LANCZOS, frame.depth());
  }

  /**
   * Returns the frame at another size. A frame that already has the size is returned itself, with
   * its own depth.
   *
   * @param filter {@link Filter#BILINEAR} never overshoots; after {@link Filter#BICUBIC} and {@link
   *     Filter#LANCZOS}, samples are clipped to [0, 1] in each of the two directions
   * @param depth depth of the result where the size changes
   */
  public static Frame resized(Frame frame, FrameSize size, Filter filter, Frame.Depth depth) {
    if (frame.size().equals(size)) {
      return frame;
    }
    boolean overshoots = filter == Filter.BICUBIC || filter == Filter.LANCZOS;
    int width = size.width();
    float[] samples = frame.toFloat();
    ResamplingTaps columns = ResamplingTaps.of(filter, frame.width(), width);
    float[][] columnWeights = columns.floatWeights();
    float[] narrowed = new float[width * frame.height() * CHANNELS];
    for (int y = 0, to = 0; y < frame.height(); y++) {
      int row = y * frame.width() * CHANNELS;
      for (int x = 0; x < width; x++) {
        int first = row + columns.first()[x] * CHANNELS;
        for (int c = 0; c < CHANNELS; c++, to++) {
          narrowed[to] = sum(samples, first + c, CHANNELS, columnWeights[x], overshoots);
        }
      }
    }
    ResamplingTaps rows = ResamplingTaps.of(filter, frame.height(), size.height());
    float[][] rowWeights = rows.floatWeights();
    int row = width * CHANNELS;
    float[] result = new float[row * size.height()];
    for (int y = 0; y < size.height(); y++) {
      int first = rows.first()[y] * row;
      for (int i = 0; i < row; i++) {
        result[y * row + i] = sum(narrowed, first + i, row, rowWeights[y], overshoots);
      }
    }
    return Frame.ofFloat(width, size.height(), result).as(depth);
  }

  private static float sum(float[] samples, int at, int step, float[] weights, boolean clip) {
    float sum = 0;
    for (int tap = 0; tap < weights.length; tap++) {
      sum += weights[tap] * samples[at + tap * step];
    }
    return clip ? Math.min(Math.max(sum, 0), 1) : sum;
  }

  /**
   * Returns the centre of the frame at another size: scales the frame until it covers the size,
   * keeping its proportions, and crops what lies outside. Uses the Lanczos filter and keeps the
   * depth.
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

  /**
   * Scales interleaved 8-bit RGB samples and gives the bytes that Pillow gives.
   *
   * @param rgb samples of shape {@code (height, width, 3)}
   * @param antialias whether the filter is widened when shrinking; Pillow always does this
   * @return samples of shape {@code (target.height, target.width, 3)}; {@code rgb} itself if the
   *     sizes are equal
   */
  public static byte[] resizedRgb8(
      byte[] rgb, FrameSize size, FrameSize target, Filter filter, boolean antialias) {
    byte[] result = rgb;
    if (target.width() != size.width()) {
      ResamplingTaps taps =
          ResamplingTaps.of(filter, antialias, 0, size.width(), size.width(), target.width());
      result =
          fixedPointLines(
              result,
              taps,
              size.height(),
              size.width() * CHANNELS,
              target.width() * CHANNELS,
              CHANNELS,
              CHANNELS);
    }
    if (target.height() != size.height()) {
      int row = target.width() * CHANNELS;
      ResamplingTaps taps =
          ResamplingTaps.of(filter, antialias, 0, size.height(), size.height(), target.height());
      result = fixedPointLines(result, taps, row, 1, 1, row, 1);
    }
    return result;
  }

  /**
   * Scales every line of a picture by itself.
   *
   * @param lines number of lines
   * @param lineStep distance between two lines in {@code from}
   * @param newLineStep distance between two lines in the result
   * @param step distance between two samples of a line
   * @param channels number of neighbouring samples with equal weights
   */
  private static byte[] fixedPointLines(
      byte[] from,
      ResamplingTaps taps,
      int lines,
      int lineStep,
      int newLineStep,
      int step,
      int channels) {
    int newLength = taps.first().length;
    byte[] to = new byte[newLength * lines * channels];
    for (int i = 0; i < newLength; i++) {
      int[] weights = fixedPoint(taps.weights()[i]);
      for (int line = 0; line < lines; line++) {
        for (int c = 0; c < channels; c++) {
          int sum = 1 << (FIXED_POINT_BITS - 1);
          int at = line * lineStep + taps.first()[i] * step + c;
          for (int weight : weights) {
            sum += weight * (from[at] & 0xFF);
            at += step;
          }
          int value = sum >> FIXED_POINT_BITS;
          to[line * newLineStep + i * step + c] = (byte) Math.min(Math.max(value, 0), WHITE);
        }
      }
    }
    return to;
  }

  private static int[] fixedPoint(double[] weights) {
    int[] fixed = new int[weights.length];
    for (int i = 0; i < fixed.length; i++) {
      double scaled = weights[i] * (1 << FIXED_POINT_BITS);
      fixed[i] = (int) (scaled < 0 ? scaled - 0.5 : scaled + 0.5);
    }
    return fixed;
  }

  /**
   * Scales a rectangle of a single-channel map to a whole map of another size.
   *
   * @param map values of shape {@code (size.height, size.width)}
   * @param left left edge of the rectangle in columns of the map; may be fractional
   * @param top top edge in rows
   * @param right right edge in columns, beyond {@code left}
   * @param bottom bottom edge in rows, beyond {@code top}
   * @return values of shape {@code (target.height, target.width)}; {@code map} itself if the
   *     rectangle is the whole map and the sizes are equal
   */
  public static float[] resizedMap(
      float[] map,
      FrameSize size,
      double left,
      double top,
      double right,
      double bottom,
      FrameSize target,
      Filter filter) {
    int width = size.width();
    int height = size.height();
    if (size.equals(target) && left == 0 && top == 0 && right == width && bottom == height) {
      return map;
    }
    int newWidth = target.width();
    int newHeight = target.height();
    ResamplingTaps columns = ResamplingTaps.of(filter, true, left, right, width, newWidth);
    ResamplingTaps rows = ResamplingTaps.of(filter, true, top, bottom, height, newHeight);
    float[] wide = new float[newWidth * height];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < newWidth; x++) {
        wide[y * newWidth + x] =
            (float) sum(map, y * width + columns.first()[x], 1, columns.weights()[x]);
      }
    }
    float[] result = new float[newWidth * newHeight];
    for (int y = 0; y < newHeight; y++) {
      for (int x = 0; x < newWidth; x++) {
        result[y * newWidth + x] =
            (float) sum(wide, rows.first()[y] * newWidth + x, newWidth, rows.weights()[y]);
      }
    }
    return result;
  }

  private static double sum(float[] values, int at, int step, double[] weights) {
    double sum = 0;
    for (int k = 0; k < weights.length; k++) {
      sum += weights[k] * values[at + k * step];
    }
    return sum;
  }
}
