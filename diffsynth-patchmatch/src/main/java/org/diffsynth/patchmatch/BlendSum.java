package org.diffsynth.patchmatch;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.diffsynth.patchmatch.engine.Picture;

/** The exact weighted sum of pictures, and the total of their weights. */
final class BlendSum {

  /** Parts of a picture with a lock each, so that several threads add at a time. */
  private static final int PARTS = 8;

  private final int width;
  private final int height;
  private final Object[] locks = new Object[PARTS];
  private final AtomicInteger weight = new AtomicInteger();
  private final AtomicInteger turns = new AtomicInteger();
  private int[] sums;

  BlendSum(int width, int height) {
    this.width = width;
    this.height = height;
    Arrays.setAll(locks, part -> new Object());
  }

  /** Adds from any thread; integers add up to the same in any order. */
  void add(Picture picture, int times) {
    int[] totals = sums();
    int turn = turns.getAndIncrement();
    for (int k = 0; k < PARTS; k++) {
      int part = Math.floorMod(turn + k, PARTS);
      synchronized (locks[part]) {
        add(picture.samples(), times, totals, bound(part), bound(part + 1));
      }
    }
    weight.addAndGet(times);
  }

  private static void add(short[] samples, int times, int[] totals, int from, int to) {
    for (int i = from; i < to; i++) {
      totals[i] += times * (samples[i] & 0xFFFF);
    }
  }

  private int bound(int part) {
    return (int) ((long) width * height * 3 * part / PARTS);
  }

  /** Creates the sums when the first picture comes, not before. */
  private synchronized int[] sums() {
    if (sums == null) {
      sums = new int[width * height * 3];
    }
    return sums;
  }

  /** Returns the mean, rounded to nearest, half up. Only after all calls of {@link #add}. */
  Picture mean() {
    int[] totals = sums();
    int total = weight.get();
    Picture mean = Picture.blank(width, height);
    for (int i = 0; i < totals.length; i++) {
      mean.samples()[i] = (short) ((totals[i] + total / 2) / total);
    }
    return mean;
  }
}
