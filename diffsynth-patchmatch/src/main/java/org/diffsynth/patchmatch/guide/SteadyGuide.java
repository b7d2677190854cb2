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
 *   guide_t(x) = (g_t(x) · style_t(x) + Σ w_s(x) · h_s · style_s(x + u_s(x))) / (1 + Σ w_s(x))
 *   w_s(x) = a_s(x) / (1 + e_s(x) / 20)                         s = t − r … t + r, without t
 * </pre>
 *
 * <p>u_s is the motion from frame t to frame s, one frame after the other. Two weights keep an
 * uncovered background and a wrong motion out of the mean: a_s compares the two frames themselves
 * (see {@link StructureAgreement}), e_s is the squared difference of their averages in normalised
 * contrast (see {@link SteadyMotion#picture}). Where no frame agrees, around a fast limb or on a
 * fast pan, the guide is the frame itself. The gains h_s ({@link WholeTones}) and g_t ({@link
 * ToneGain}) give all samples the mean tones of the neighbourhood, so that the flicker of the frame
 * does not show there. Motion and weights are computed on pictures of half the size.
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
  private static final float HALF_WEIGHT_ERROR = 20f;

  /** Side of the squares that become one pixel of the small pictures, for frames of usual size. */
  private static final int REDUCTION = 2;

  /** The shorter side of a small picture is at least this where the frame's is. */
  private static final int SMALLEST_SIDE = 48;

  private static final SmallBlur ERROR_BLUR = new SmallBlur(0.5);

  private final int width;
  private final int height;
  private final int reduction;
  private final WorkerPool workers;
  private final SteadyMotion motion;
  private final Map<Integer, short[]> styles = new HashMap<>();
  private final WholeTones tones = new WholeTones(REACH);
  private int last = -1;
  private int dropped = -1;

  /** Creates a session that closes its workers. */
  public SteadyGuide(int width, int height, WorkerPool workers) {
    this.width = width;
    this.height = height;
    this.workers = workers;
    int fitting = Math.min(width, height) / SMALLEST_SIDE;
    this.reduction = Math.max(1, Math.min(REDUCTION, fitting));
    this.motion = new SteadyMotion(workers);
  }

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
    tones.put(frame, samples);
    motion.put(frame, NormalizedContrast.of(samples, width, height, reduction));
  }

  @Override
  public Frame guide(int frame) {
    if (!styles.containsKey(frame)) {
      throw new IllegalStateException("this session holds no style of frame " + frame);
    }
    List<CarriedFrame> parts = parts(frame);
    short[] own = styles.get(frame);
    short[] mean = new short[own.length];
    float[] sum = new float[own.length];
    float[] total = new float[width * height];
    workers.runRows(
        height,
        (from, to) -> new CarriedSum(width, height, reduction, sum, total).add(parts, from, to));
    ToneGain gain = ToneGain.of(own, sum, total, tones.gains(frame, frame), width, height);
    workers.runRows(height, (from, to) -> average(from, to, own, gain, sum, total, mean));
    dropUpTo(frame - REACH);
    return Frame.ofRgb16(width, height, mean);
  }

  private List<CarriedFrame> parts(int frame) {
    BrightnessImage own = motion.picture(frame);
    List<CarriedFrame> parts = new ArrayList<>();
    for (int step : new int[] {-1, 1}) {
      Trail trail = Trail.start(own.width(), own.height());
      for (int reached = 1; reached <= REACH; reached++) {
        int other = frame + step * reached;
        if (other < 0 || other > last) {
          break;
        }
        trail = trail.then(motion.motion(other - step, step));
        parts.add(part(frame, other, trail));
      }
    }
    return parts;
  }

  private CarriedFrame part(int frame, int other, Trail trail) {
    BrightnessImage own = motion.picture(frame);
    float[] values = motion.picture(other).values();
    int size = own.values().length;
    float[] dx = new float[size];
    float[] dy = new float[size];
    float[] errors = new float[size];
    for (int i = 0; i < size; i++) {
      dx[i] = (trail.x[i] - i % own.width()) * reduction;
      dy[i] = (trail.y[i] - i / own.width()) * reduction;
      float difference = trail.at(values, i) - own.values()[i];
      errors[i] = difference * difference;
    }
    float[] weight = ERROR_BLUR.of(errors, own.width(), own.height());
    float[] agreement = motion.agreement(frame, other, trail);
    for (int i = 0; i < size; i++) {
      weight[i] = agreement[i] * HALF_WEIGHT_ERROR / (HALF_WEIGHT_ERROR + weight[i]);
    }
    return new CarriedFrame(styles.get(other), dx, dy, weight, tones.gains(frame, other));
  }

  private void average(
      int from, int to, short[] own, ToneGain gain, float[] sum, float[] total, short[] mean) {
    float[] gains = new float[3 * width];
    for (int y = from; y < to; y++) {
      gain.row(y, gains);
      for (int x = 0; x < width; x++) {
        int i = y * width + x;
        for (int c = 0; c < 3; c++) {
          float value =
              (sum[3 * i + c] + gains[3 * x + c] * (own[3 * i + c] & 0xFFFF)) / (total[i] + 1f);
          mean[3 * i + c] = (short) (int) Math.min(Math.max(value + 0.5f, 0f), 65535f);
        }
      }
    }
  }

  private void dropUpTo(int frame) {
    for (; dropped < frame; dropped++) {
      styles.remove(dropped + 1);
    }
    tones.dropUpTo(frame);
    motion.dropUpTo(frame - SteadyMotion.LOOKAHEAD);
  }

  @Override
  public void close() {
    workers.close();
  }
}
