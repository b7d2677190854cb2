package org.diffsynth.patchmatch.guide;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.diffsynth.frame.Frame;
import org.diffsynth.patchmatch.engine.WorkerPool;
import org.diffsynth.patchmatch.flow.BrightnessImage;
import org.diffsynth.spi.GuideSession;

/**
 * Derives a guide that hardly flickers from a flickering shot: each frame becomes the mean of its
 * neighbours, carried along {@link SteadyMotion}.
 *
 * <pre>
 *   guide_t(x) = Σ w_s(x) · style_s(x + u_s(x)) / Σ w_s(x)      s = t − r … t + r
 *   w_s(x) = 1 / (1 + e_s(x) / 10), 0 outside of the picture, 1 for s = t
 * </pre>
 *
 * <p>u_s is the motion from frame t to frame s, one frame after the other; e_s is the squared
 * difference of the normalised contrast of both frames along it, so that neither an uncovered
 * background nor a wrong motion is averaged in. Motion and weights are computed on pictures of half
 * the size, and interpolated.
 *
 * <p>Samples between pixels come from cubic convolution, which keeps more detail than a bilinear
 * mean. Places are rounded down to 64ths of a pixel.
 *
 * <p>The guide is softer than the frames. It has to be steady and in place, not sharp: the blend
 * takes the colours from the style.
 *
 * <p>All arithmetic is in single floats, one rounding an operation, in the order written: the
 * result is the same bytes on every machine, for any number of threads.
 */
public final class SteadyGuide implements GuideSession {

  /** Frames on each side that are averaged. */
  private static final int REACH = 4;

  /** Squared difference of normalised contrast at which a frame counts half. */
  private static final float HALF_WEIGHT_ERROR = 10f;

  /** Side of the squares that become one pixel of the small pictures, for frames of usual size. */
  private static final int REDUCTION = 2;

  /** The shorter side of a small picture is at least this where the frame's is. */
  private static final int SMALLEST_SIDE = 48;

  private static final SmallBlur ERROR_BLUR = new SmallBlur(0.5);

  /** Parts of a pixel in which the place of a sample is rounded down. */
  private static final int FRACTIONS = 64;

  /** The four taps of cubic convolution by fraction. */
  private static final float[][] TAPS = taps();

  private final int width;
  private final int height;
  private final int reduction;
  private final WorkerPool workers;
  private final SteadyMotion motion;
  private final Map<Integer, short[]> styles = new HashMap<>();
  private int last = -1;
  private int dropped = -1;

  private static float[][] taps() {
    float[][] taps = new float[FRACTIONS][4];
    for (int i = 0; i < FRACTIONS; i++) {
      for (int k = 0; k < 4; k++) {
        float x = Math.abs(i / (float) FRACTIONS + 1 - k);
        taps[i][k] =
            x <= 1 ? (1.25f * x - 2.25f) * x * x + 1 : ((-0.75f * x + 3.75f) * x - 6f) * x + 3f;
      }
    }
    return taps;
  }

  /** Creates a session that closes its workers. */
  public SteadyGuide(int width, int height, WorkerPool workers) {
    this.width = width;
    this.height = height;
    this.workers = workers;
    int fitting = Math.min(width, height) / SMALLEST_SIDE;
    this.reduction = Math.max(1, Math.min(REDUCTION, fitting));
    this.motion = new SteadyMotion(workers);
  }

  /** One frame that takes part in a mean. */
  private record Part(short[] style, float[] dx, float[] dy, float[] weight) {}

  @Override
  public int delay() {
    return REACH + SteadyMotion.LOOKAHEAD;
  }

  @Override
  public void putStyle(int frame, Frame style) {
    if (frame != last + 1) {
      throw new IllegalArgumentException(
          "frame must be the next one, " + (last + 1) + ", but was " + frame);
    }
    last = frame;
    short[] samples = style.toRgb16();
    styles.put(frame, samples);
    motion.put(frame, NormalizedContrast.of(samples, width, height, reduction));
  }

  @Override
  public Frame guide(int frame) {
    if (!styles.containsKey(frame)) {
      throw new IllegalStateException("this session holds no style of frame " + frame);
    }
    List<Part> parts = parts(frame);
    short[] own = styles.get(frame);
    short[] mean = new short[own.length];
    workers.runRows(height, (from, to) -> new Rows(parts, own, mean).average(from, to));
    dropUpTo(frame - REACH);
    return Frame.ofRgb16(width, height, mean);
  }

  private List<Part> parts(int frame) {
    BrightnessImage own = motion.picture(frame);
    List<Part> parts = new ArrayList<>();
    for (int step : new int[] {-1, 1}) {
      Trail trail = Trail.start(own.width(), own.height());
      for (int reached = 1; reached <= REACH; reached++) {
        int other = frame + step * reached;
        if (other < 0 || other > last) {
          break;
        }
        trail = trail.then(motion.motion(other - step, step));
        parts.add(part(styles.get(other), trail, own, motion.picture(other)));
      }
    }
    return parts;
  }

  private Part part(short[] style, Trail trail, BrightnessImage own, BrightnessImage other) {
    int size = own.values().length;
    float[] dx = new float[size];
    float[] dy = new float[size];
    float[] errors = new float[size];
    for (int i = 0; i < size; i++) {
      dx[i] = (trail.x[i] - i % own.width()) * reduction;
      dy[i] = (trail.y[i] - i / own.width()) * reduction;
      float difference = trail.at(other.values(), i) - own.values()[i];
      errors[i] = difference * difference;
    }
    float[] weight = ERROR_BLUR.of(errors, own.width(), own.height());
    for (int i = 0; i < size; i++) {
      weight[i] = trail.isInside(i) ? HALF_WEIGHT_ERROR / (HALF_WEIGHT_ERROR + weight[i]) : 0f;
    }
    return new Part(style, dx, dy, weight);
  }

  private void dropUpTo(int frame) {
    for (; dropped < frame; dropped++) {
      styles.remove(dropped + 1);
    }
    motion.dropUpTo(frame - SteadyMotion.LOOKAHEAD);
  }

  @Override
  public void close() {
    workers.close();
  }

  /** Averages rows of the frame. */
  private final class Rows {

    private final List<Part> parts;
    private final short[] own;
    private final short[] mean;
    private final int smallWidth = width / reduction;
    private final int smallHeight = height / reduction;
    private final int[] left = new int[width];
    private final float[] right = new float[width];
    private final float[] sum = new float[3 * width];
    private final float[] total = new float[width];
    private final int[] columns = new int[4];

    Rows(List<Part> parts, short[] own, short[] mean) {
      this.parts = parts;
      this.own = own;
      this.mean = mean;
      for (int x = 0; x < width; x++) {
        float at = small(x, smallWidth);
        left[x] = (int) at;
        right[x] = at - left[x];
      }
    }

    /** The place of a pixel of the frame in a small picture. */
    private float small(int pixel, int size) {
      float place = (pixel + 0.5f) / reduction - 0.5f;
      return Math.min(Math.max(place, 0f), size - 1);
    }

    void average(int from, int to) {
      for (int y = from; y < to; y++) {
        for (int x = 0; x < width; x++) {
          total[x] = 1f;
        }
        for (int k = 0; k < sum.length; k++) {
          sum[k] = own[3 * y * width + k] & 0xFFFF;
        }
        for (Part part : parts) {
          add(part, y);
        }
        for (int x = 0; x < width; x++) {
          int at = 3 * (y * width + x);
          for (int c = 0; c < 3; c++) {
            mean[at + c] =
                (short) (int) Math.min(Math.max(sum[3 * x + c] / total[x] + 0.5f, 0f), 65535f);
          }
        }
      }
    }

    private void add(Part part, int y) {
      float at = small(y, smallHeight);
      int top = (int) at;
      float down = at - top;
      int upper = top * smallWidth;
      int lower = Math.min(top + 1, smallHeight - 1) * smallWidth;
      for (int x = 0; x < width; x++) {
        int a = left[x];
        int b = Math.min(a + 1, smallWidth - 1);
        float weight = mix(part.weight, upper + a, upper + b, lower + a, lower + b, right[x], down);
        if (weight > 0f) {
          float placeX =
              x + mix(part.dx, upper + a, upper + b, lower + a, lower + b, right[x], down);
          float placeY =
              y + mix(part.dy, upper + a, upper + b, lower + a, lower + b, right[x], down);
          add(part.style, placeX, placeY, weight, x);
        }
      }
    }

    private void add(short[] style, float placeX, float placeY, float weight, int x) {
      float insideX = Math.min(Math.max(placeX, 0f), width - 1);
      float insideY = Math.min(Math.max(placeY, 0f), height - 1);
      int column = (int) insideX;
      int row = (int) insideY;
      float[] across = TAPS[(int) ((insideX - column) * FRACTIONS)];
      float[] down = TAPS[(int) ((insideY - row) * FRACTIONS)];
      for (int k = 0; k < 4; k++) {
        columns[k] = 3 * Math.min(Math.max(column + k - 1, 0), width - 1);
      }
      float red = 0f;
      float green = 0f;
      float blue = 0f;
      for (int k = 0; k < 4; k++) {
        int line = 3 * width * Math.min(Math.max(row + k - 1, 0), height - 1);
        for (int n = 0; n < 4; n++) {
          int at = line + columns[n];
          float tap = down[k] * across[n];
          red += tap * (style[at] & 0xFFFF);
          green += tap * (style[at + 1] & 0xFFFF);
          blue += tap * (style[at + 2] & 0xFFFF);
        }
      }
      total[x] += weight;
      sum[3 * x] += weight * red;
      sum[3 * x + 1] += weight * green;
      sum[3 * x + 2] += weight * blue;
    }
  }

  private static float mix(float[] values, int a, int b, int c, int d, float right, float down) {
    float above = values[a] + right * (values[b] - values[a]);
    float below = values[c] + right * (values[d] - values[c]);
    return above + down * (below - above);
  }
}
