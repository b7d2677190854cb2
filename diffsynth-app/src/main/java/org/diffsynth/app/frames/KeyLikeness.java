package org.diffsynth.app.frames;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import org.diffsynth.frame.Frame;
import org.diffsynth.frame.FrameSize;
import org.diffsynth.frame.FrameSource;
import org.diffsynth.frame.Luma;
import org.diffsynth.io.Resampler;

/**
 * Finds out whether key frames show the frames of the guide before or after those that they are
 * used for.
 *
 * <p>A key frame has other colours than its guide frame, but edges in the same places. The likeness
 * of two frames is the correlation of their edges: of the gradient's length, divided by its mean
 * nearby. On seven clips of 7 to 24 frames (eight styles) with flickering, repainted or filtered
 * styles, the mean likeness was 0.06 to 0.46 higher at the right frame than one frame off.
 */
public final class KeyLikeness {

  private static final int WIDTH = 256;
  private static final int RADIUS = 15;
  private static final double FLOOR = 4 / 255.0;

  /** Keys that are looked at; more would need more of the guide to be read. */
  private static final int MOST_KEYS = 8;

  private static final double CLEAR_MARGIN = 0.03;
  private static final double CLEAR_MARGIN_OF_FEW = 0.1;
  private static final int FEW = 3;

  private KeyLikeness() {}

  /**
   * Returns by how many frames the key frames are off, if one frame earlier or later fits clearly
   * better: 1 if they show the frames after those they are used for, -1 for those before.
   *
   * @param guide the guide at its first frame; is read up to the frame after the eighth key
   */
  public static Optional<Integer> shift(FrameSource guide, SortedMap<Integer, Frame> keys)
      throws IOException {
    List<Integer> numbers = keys.keySet().stream().limit(MOST_KEYS).toList();
    Map<Integer, float[]> edges = new HashMap<>();
    int last = numbers.get(numbers.size() - 1) + 1;
    for (int i = 0; i <= last; i++) {
      Frame frame = guide.read();
      if (frame == null) {
        break;
      }
      if (numbers.contains(i - 1) || numbers.contains(i) || numbers.contains(i + 1)) {
        edges.put(i, edges(frame));
      }
    }
    double[] gains = new double[3];
    int[] counts = new int[3];
    int[] better = new int[3];
    for (int number : numbers) {
      float[] key = edges(keys.get(number));
      double here = likeness(key, edges.get(number));
      for (int shift = -1; shift <= 1; shift += 2) {
        float[] beside = edges.get(number + shift);
        if (beside != null) {
          double gain = likeness(key, beside) - here;
          gains[shift + 1] += gain;
          counts[shift + 1]++;
          better[shift + 1] += gain > 0 ? 1 : 0;
        }
      }
    }
    for (int shift = -1; shift <= 1; shift += 2) {
      int count = counts[shift + 1];
      double margin = count < FEW ? CLEAR_MARGIN_OF_FEW : CLEAR_MARGIN;
      if (count > 0 && gains[shift + 1] > margin * count && better[shift + 1] * 3 >= count * 2) {
        return Optional.of(shift);
      }
    }
    return Optional.empty();
  }

  private static double likeness(float[] a, float[] b) {
    if (b == null || a.length != b.length) {
      return 0;
    }
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  /** Returns edges with mean 0 and length 1. */
  private static float[] edges(Frame frame) {
    int height = Math.max(8, Math.round((float) WIDTH * frame.height() / frame.width()));
    float[] rgb =
        Resampler.resized(
                frame, new FrameSize(WIDTH, height), Resampler.Filter.BILINEAR, Frame.Depth.FLOAT)
            .toFloat();
    float[] luma = new float[WIDTH * height];
    for (int i = 0; i < luma.length; i++) {
      luma[i] = Luma.RED * rgb[3 * i] + Luma.GREEN * rgb[3 * i + 1] + Luma.BLUE * rgb[3 * i + 2];
    }
    float[] length = new float[luma.length];
    for (int y = 1; y < height - 1; y++) {
      for (int x = 1; x < WIDTH - 1; x++) {
        int at = y * WIDTH + x;
        length[at] =
            (float) Math.hypot(luma[at + 1] - luma[at - 1], luma[at + WIDTH] - luma[at - WIDTH]);
      }
    }
    float[] nearby = mean(mean(length, WIDTH, height, 1, WIDTH), height, WIDTH, WIDTH, 1);
    double sum = 0;
    for (int i = 0; i < length.length; i++) {
      length[i] = (float) (length[i] / (nearby[i] + FLOOR));
      sum += length[i];
    }
    float middle = (float) (sum / length.length);
    double squares = 0;
    for (int i = 0; i < length.length; i++) {
      length[i] -= middle;
      squares += length[i] * length[i];
    }
    float scale = (float) (1 / Math.max(Math.sqrt(squares), 1e-9));
    for (int i = 0; i < length.length; i++) {
      length[i] *= scale;
    }
    return length;
  }

  /** Returns the mean over a window along lines, which are cut at their ends. */
  private static float[] mean(float[] from, int length, int lines, int step, int lineStep) {
    float[] to = new float[from.length];
    for (int line = 0; line < lines; line++) {
      int start = line * lineStep;
      double sum = 0;
      int count = 0;
      for (int i = -RADIUS; i < length; i++) {
        if (i + RADIUS < length) {
          sum += from[start + (i + RADIUS) * step];
          count++;
        }
        if (i - RADIUS - 1 >= 0) {
          sum -= from[start + (i - RADIUS - 1) * step];
          count--;
        }
        if (i >= 0) {
          to[start + i * step] = (float) (sum / count);
        }
      }
    }
    return to;
  }
}
