package org.diffsynth.cuda;

/** Multiplies matrices of signed bytes on a device, with exact 32-bit sums. */
interface Int8Gemm extends AutoCloseable {

  /**
   * Queues the product of each row of {@code targets} with each row of {@code sources}.
   *
   * @param sources device address of a matrix of shape {@code (sourceRows, rowBytes)}
   * @param sourceRows number of source rows; a multiple of 16
   * @param targets device address of a matrix of shape {@code (targetRows, rowBytes)}
   * @param targetRows number of target rows
   * @param rowBytes size of a row in bytes; a multiple of 16
   * @param products device address of the result, {@code (targetRows, sourceRows)} 32-bit integers
   */
  void multiply(
      long sources, int sourceRows, long targets, int targetRows, int rowBytes, long products);

  /** Frees the library handle; a second call does nothing. */
  @Override
  void close();
}
