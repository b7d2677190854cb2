package org.diffsynth.onnx.internal.lora;

/**
 * Values of a layer's weight, seen as a matrix with one row per output of the layer.
 *
 * @param values all values, in the order of the initializer; they are changed in place
 * @param rows number of outputs; for a bias or the weight of a normalisation, its length
 * @param columns number of inputs, times the kernel size of a convolution; 1 for a vector
 * @param transposed whether the values are stored column by column
 */
record WeightMatrix(float[] values, int rows, int columns, boolean transposed) {

  /** Returns the place of an element in the array of values. */
  int index(int row, int column) {
    return transposed ? column * rows + row : row * columns + column;
  }
}
