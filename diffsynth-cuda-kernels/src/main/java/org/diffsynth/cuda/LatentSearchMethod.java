package org.diffsynth.cuda;

import org.diffsynth.compute.BackendException;

/** One of two ways to compare all patches of latents with all others; both give the same keys. */
interface LatentSearchMethod extends AutoCloseable {

  /** Which way to take: {@code kernel}, the default, or {@code gemm}, by cuBLAS. */
  String PROPERTY = "diffsynth.cuda.latents";

  /**
   * Queues the search; see nearest_latents in latents.cu.
   *
   * @param nearest where the keys go, all 0 before
   * @param batch pictures, which follow each other in each of the three
   */
  void findNearest(long sources, long targets, long nearest, int width, int height, int batch);

  /** Frees what it holds; a second call does nothing. */
  @Override
  void close();

  /** The way that the property asks for. */
  static LatentSearchMethod chosen(GpuDevice device) {
    String name = System.getProperty(PROPERTY, "kernel");
    return switch (name) {
      case "kernel" -> new DirectLatentSearch(device);
      case "gemm" -> new GemmLatentSearch(device, cublas(device));
      default ->
          throw new IllegalArgumentException(PROPERTY + " must be kernel or gemm, was " + name);
    };
  }

  private static Int8Gemm cublas(GpuDevice device) {
    String missing = CublasInt8Gemm.missing();
    if (missing != null) {
      throw new BackendException(
          "-D%s=gemm cannot run on %s: %s".formatted(PROPERTY, device.name(), missing));
    }
    if (device instanceof JCudaDevice gpu) {
      return new CublasInt8Gemm(gpu);
    }
    throw new BackendException("cuBLAS runs on NVIDIA GPUs, not on " + device.name());
  }
}
