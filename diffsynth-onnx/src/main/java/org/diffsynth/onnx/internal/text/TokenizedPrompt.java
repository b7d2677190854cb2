package org.diffsynth.onnx.internal.text;

/**
 * A prompt as token ids, in rows of the length that the text encoder takes. Callers must not change
 * the arrays.
 *
 * @param rows number of rows; 1 unless the prompt is longer than one row
 * @param length ids in a row, start and end token included; 77 in every published CLIP model
 * @param ids token ids, shape (rows, length)
 * @param weights emphasis of each token, shape (rows, length); 1 without emphasis
 */
record TokenizedPrompt(int rows, int length, int[] ids, float[] weights) {

  /** Returns whether any token has a weight other than 1. */
  boolean weighted() {
    for (float weight : weights) {
      if (weight != 1f) {
        return true;
      }
    }
    return false;
  }
}
