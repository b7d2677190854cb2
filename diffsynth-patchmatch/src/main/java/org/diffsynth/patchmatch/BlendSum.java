package org.diffsynth.patchmatch;

import org.diffsynth.patchmatch.engine.Picture;

/** The exact weighted sum of pictures, and the total of their weights. */
final class BlendSum {

  private final int width;
  private final int height;
  private final int[] sums;
  private int weight;

  BlendSum(int width, int height) {
    this.width = width;
    this.height = height;
    this.sums = new int[width * height * 3];
  }

  /** Adds from any thread; integers add up to the same in any order. */
  synchronized void add(Picture picture, int times) {
    short[] samples = picture.samples();
    for (int i = 0; i < sums.length; i++) {
      sums[i] += times * (samples[i] & 0xFFFF);
    }
    weight += times;
  }

  /** Returns the mean, rounded to nearest, half up. */
  synchronized Picture mean() {
    Picture mean = Picture.blank(width, height);
    for (int i = 0; i < sums.length; i++) {
      mean.samples()[i] = (short) ((sums[i] + weight / 2) / weight);
    }
    return mean;
  }
}
