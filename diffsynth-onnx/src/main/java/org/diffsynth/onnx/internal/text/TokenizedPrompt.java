package org.diffsynth.onnx.internal.text;

/**
 * A prompt as the text encoder takes it. The arrays are the caller's to read, not to change.
 *
 * @param rows rows of ids
 * @param length ids in a row
 * @param ids {@code (rows, length)}
 * @param weights emphasis of each id, 1 where none was asked for
 */
public record TokenizedPrompt(int rows, int length, int[] ids, float[] weights) {
  /** Whether any token weighs other than 1. */
  public boolean weighted() {
    for (float weight : weights) {
      if (weight != 1f) {
        return true;
      }
    }
    return false;
  }
}
