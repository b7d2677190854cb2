package org.diffsynth.patchmatch.agreement;

/**
 * The innermost loops of {@link FastSteadying}, over the pixels of one row moved along motion.
 * {@link VectorMovedRows} and {@link ScalarMovedRows} give the same results. An object serves one
 * thread.
 */
interface MovedRows {

  /**
   * Writes {@link Steadying#guideError} of each pixel of row {@code y} into the plane {@code
   * errors}.
   *
   * @param guide texels of the target
   */
  void errors(int[] guide, SteadyingNeighbour neighbour, int y, int[] errors);

  /**
   * Adds the weighted differences between the moved neighbour and the own picture for row {@code
   * y}.
   *
   * @param own the own picture
   * @param moved the neighbour's picture
   * @param errors plane of guide errors, summed over squares
   */
  void add(PackedPicture own, PackedPicture moved, Motion motion, int y, int[] errors, Sums sums);

  /**
   * A picture whose pixels can be read by index in whole ints.
   *
   * @param redGreen 16-bit samples: red in the lower half, green in the upper
   * @param blue 16-bit samples
   */
  record PackedPicture(int[] redGreen, int[] blue) {

    int red(int i) {
      return redGreen[i] & 0xFFFF;
    }

    int green(int i) {
      return redGreen[i] >>> 16;
    }

    int blue(int i) {
      return blue[i];
    }
  }

  /** Planes of weighted differences, and of the weights. */
  record Sums(float[] red, float[] green, float[] blue, float[] total) {}
}
