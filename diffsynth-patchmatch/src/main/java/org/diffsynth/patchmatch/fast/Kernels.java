package org.diffsynth.patchmatch.fast;

import org.diffsynth.patchmatch.engine.Texels;

/** The innermost loops of the fast engine, in a form that suits some hardware. */
public interface Kernels {

  /** What they run on, for people: {@code "CPU, 512-bit vectors"}. */
  String device();

  /** Exact sums of squared differences over patches of a radius. */
  FastPatchError error(Texels source, Texels target, int radius);

  /** A picture will not be compared again: frees what is kept for it. */
  void forget(Texels texels);

  /**
   * Adds weighted samples to sums in several rows. Up to 16 elements after each row are read and
   * written back as they were: arrays are that much longer, and weights are 0 there.
   *
   * @param stride elements from row to row, in sums and samples alike
   * @param count elements in a row
   */
  void addRows(
      int[] sums, int to, int[] samples, int from, int stride, int rows, int[] weights, int count);

  /**
   * Adds up squared differences of the texels above each other.
   *
   * @param sums one sum per column, is overwritten; up to 16 more are written
   * @param stride texels from row to row
   * @param count columns; up to 16 more are read
   */
  void addColumns(
      int[] target, int t, int[] source, int s, int stride, int rows, int count, int[] sums);
}
