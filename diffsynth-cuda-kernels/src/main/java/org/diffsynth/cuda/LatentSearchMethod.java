package org.diffsynth.cuda;

import java.util.Locale;
import org.diffsynth.compute.BackendException;

/**
 * Compares every patch of one frame of latents with every patch of another. Two implementations,
 * {@link DirectLatentSearch} and {@link GemmLatentSearch}, give the same bytes.
 */
interface LatentSearchMethod extends AutoCloseable {

  /**
   * System property that selects the implementation: {@code kernel}, the default, needs no library;
   * {@code gemm} uses cuBLAS, and fails if cuBLAS is missing.
   */
  String PROPERTY = "diffsynth.cuda.latents";

  /**
   * Queues the search of a batch. The latents and the keys of a batch are adjacent in memory; see
   * latents.cu.
   *
   * @param sources device address of {@code (batch, height, width)} source latents
   * @param targets device address of {@code (batch, height, width)} target latents
   * @param nearest device address of {@code (batch, height, width)} 64-bit keys of the best
   *     matches, all 0 before the search
   */
  void findNearest(long sources, long targets, long nearest, int width, int height, int batch);

  /** Frees device memory and library handles; a second call does nothing. */
  @Override
  void close();

  /**
   * Creates the implementation that {@link #PROPERTY} selects.
   *
   * @throws IllegalArgumentException if the property has another value
   * @throws BackendException if cuBLAS is selected and cannot run; the message names the reason
   */
  static LatentSearchMethod chosen(GpuDevice device) {
    String name = System.getProperty(PROPERTY, "kernel");
    return switch (name) {
      case "kernel" -> new DirectLatentSearch(device);
      case "gemm" -> new GemmLatentSearch(device, cublas(device));
      default ->
          throw new IllegalArgumentException(PROPERTY + " must be kernel or gemm, but was " + name);
    };
  }

  private static Int8Gemm cublas(GpuDevice device) {
    String missing = CublasInt8Gemm.missing();
    if (missing != null) {
      throw new BackendException(
          String.format(
              Locale.ROOT, "-D%s=gemm cannot run on %s: %s", PROPERTY, device.name(), missing));
    }
    if (device instanceof JCudaDevice gpu) {
      return new CublasInt8Gemm(gpu);
    }
    throw new BackendException("cuBLAS needs an NVIDIA GPU, but the device is " + device.name());
  }
}
