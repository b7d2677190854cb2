package org.diffsynth.cuda;

/** Multiplies matrices of signed bytes on a device, exactly. */
interface Int8Gemm extends AutoCloseable {

  /**
   * Queues a product: of each row of {@code targets} with each row of {@code sources}.
   *
   * @param sourceRows a multiple of 16
   * @param rowBytes bytes of a row of either, a multiple of 16
   * @param products 32-bit sums, a row of {@code sourceRows} for each of the targets' rows
   */
  void multiply(
      long sources, int sourceRows, long targets, int targetRows, int rowBytes, long products);

  /** Frees what it holds; a second call does nothing. */
  @Override
  void close();
}
