package org.diffsynth.patchmatch.fast;

import org.diffsynth.patchmatch.engine.Texels;

/**
 * The innermost loops of the fast engine. {@link VectorKernels} and {@link ScalarKernels} give the
 * same results.
 */
public interface Kernels {

  /** Returns the name of the hardware for people, such as {@code "CPU, 512-bit vectors"}. */
  String device();

  /**
   * Creates a measure of the exact sum of squared differences between patches of {@code 2 · radius
   * + 1} pixels a side.
   */
  FastPatchError error(Texels source, Texels target, int radius);

  /** Frees the data kept for a picture that will not be compared again. */
  void forget(Texels texels);

  /**
   * Adds weighted samples to sums in several rows. Up to 16 elements after each row are read and
   * written back unchanged: arrays must be that much longer, and weights be 0 there.
   *
   * @param stride elements from row to row, in sums and in samples
   * @param count elements in a row
   */
  void addRows(
      int[] sums, int to, int[] samples, int from, int stride, int rows, int[] weights, int count);

  /**
   * Adds up the squared differences of the texels of each column.
   *
   * @param sums receives one sum a column; up to 16 more elements are overwritten
   * @param stride texels from row to row
   * @param count columns; up to 16 more texels of a row are read
   */
  void addColumns(
      int[] target, int t, int[] source, int s, int stride, int rows, int count, int[] sums);
}
