package org.diffsynth.cuda;

import org.diffsynth.compute.Closer;
import org.diffsynth.spi.PatchMatcher;

/**
 * Compares latents with a matrix product. Every patch becomes a row; the error of patches a and b
 * is a·a + b·b − 2·a·b, and the products a·b of all pairs of patches are one product of two
 * matrices.
 *
 * <p>The products take 4 bytes for each pair of patches (52 MB for latents of 64×64). They are
 * computed in parts of at most 64 MiB.
 */
final class GemmLatentSearch implements LatentSearchMethod {

  /** Size of an unfolded patch in bytes: 4 times LATENT_ROW_WORDS of latents.cu. */
  private static final int ROW_BYTES = 112;

  private static final int ROW_MULTIPLE = 16;
  private static final int PRODUCT_THREADS = 256;
  private static final long MOST_PRODUCT_BYTES = 64L << 20;

  private final GpuDevice device;
  private final Int8Gemm multiplier;
  private final DeviceMemory memory;

  /**
   * Creates an exhaustive search over latents by matrix products.
   *
   * @param multiplier matrix product on the same device; {@link #close} closes it
   */
  GemmLatentSearch(GpuDevice device, Int8Gemm multiplier) {
    this.device = device;
    this.multiplier = multiplier;
    this.memory = new DeviceMemory(device, Long.MAX_VALUE, () -> false);
  }

  @Override
  public void findNearest(
      long sources, long targets, long nearest, int width, int height, int batch) {
    int side = PatchMatcher.LATENT_PATCH - 1;
    int patches = (width - side) * (height - side);
    int stride = (patches + ROW_MULTIPLE - 1) / ROW_MULTIPLE * ROW_MULTIPLE;
    int part = (int) Math.min(patches, Math.max(1, MOST_PRODUCT_BYTES / (4L * stride)));
    long rowsBytes = (long) ROW_BYTES * stride;
    long sourceRows = memory.allocate("unfolded latents", rowsBytes);
    long targetRows = memory.allocate("unfolded latents", rowsBytes);
    long sourceSquares = memory.allocate("squares of latents", 4L * patches);
    long targetSquares = memory.allocate("squares of latents", 4L * patches);
    long products = memory.allocate("products of latents", 4L * stride * part);
    device.zero(sourceRows, rowsBytes); // also the rows that pad the count to a multiple of 16
    for (int i = 0; i < batch; i++) {
      long offset = (long) i * width * height;
      unfold(sources + 4 * offset, sourceRows, sourceSquares, width, height, patches);
      unfold(targets + 4 * offset, targetRows, targetSquares, width, height, patches);
      for (int first = 0; first < patches; first += part) {
        int count = Math.min(part, patches - first);
        long rows = targetRows + (long) ROW_BYTES * first;
        multiplier.multiply(sourceRows, stride, rows, count, ROW_BYTES, products);
        device.launch(
            Kernel.NEAREST_OF_PRODUCTS,
            new Grid(count, 1, 1, PRODUCT_THREADS, 1),
            products,
            stride,
            first,
            sourceSquares,
            targetSquares,
            nearest + 8 * offset,
            width,
            height);
      }
    }
    for (long block : new long[] {sourceRows, targetRows, sourceSquares, targetSquares, products}) {
      memory.free(block); // the next call reuses it, and its work runs after the work queued here
    }
  }

  private void unfold(long latents, long rows, long squares, int width, int height, int patches) {
    device.launch(Kernel.UNFOLD_LATENTS, Grid.line(patches), latents, rows, squares, width, height);
  }

  @Override
  public void close() {
    Closer closer = new Closer();
    closer.add(multiplier);
    closer.add(memory);
    closer.close();
  }
}
