package org.diffsynth.patchmatch.guide;

import java.util.HashMap;
import java.util.Map;

/**
 * Brightness and colour of whole frames, and the factors that give a frame the mean tones of its
 * neighbours.
 */
final class WholeTones {

  /** A gain lies between 1 / LIMIT and LIMIT, so that a black frame does not become noise. */
  static final float LIMIT = 2f;

  private final int reach;
  private final Map<Integer, long[]> sums = new HashMap<>();

  /**
   * @param reach number of frames on each side whose mean is the goal
   */
  WholeTones(int reach) {
    this.reach = reach;
  }

  /** Adds a frame of 16-bit samples, three a pixel. */
  void put(int frame, short[] samples) {
    long[] sum = new long[3];
    for (int i = 0; i < samples.length; i += 3) {
      sum[0] += samples[i] & 0xFFFF;
      sum[1] += samples[i + 1] & 0xFFFF;
      sum[2] += samples[i + 2] & 0xFFFF;
    }
    sums.put(frame, sum);
  }

  /**
   * Returns one factor per channel that gives frame {@code other} the mean tones of the frames
   * around frame {@code frame}.
   */
  float[] gains(int frame, int other) {
    float[] gains = new float[3];
    for (int c = 0; c < 3; c++) {
      long sum = 0;
      int count = 0;
      for (int near = frame - reach; near <= frame + reach; near++) {
        if (sums.containsKey(near)) {
          sum += sums.get(near)[c];
          count++;
        }
      }
      double gain = (sum + 1.0) / (count * (sums.get(other)[c] + 1.0));
      gains[c] = limited((float) gain);
    }
    return gains;
  }

  static float limited(float gain) {
    return Math.min(Math.max(gain, 1f / LIMIT), LIMIT);
  }

  /** Frees the frames up to {@code frame}. */
  void dropUpTo(int frame) {
    sums.keySet().removeIf(key -> key <= frame);
  }
}
