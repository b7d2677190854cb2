package org.diffsynth.cuda;

import static jcuda.jcublas.cublasStatus.CUBLAS_STATUS_SUCCESS;

import java.io.UncheckedIOException;
import java.util.Locale;
import jcuda.Pointer;
import jcuda.cudaDataType;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasComputeType;
import jcuda.jcublas.cublasGemmAlgo;
import jcuda.jcublas.cublasHandle;
import jcuda.jcublas.cublasOperation;
import jcuda.jcublas.cublasStatus;
import jcuda.runtime.cudaStream_t;
import org.diffsynth.compute.BackendException;

/**
 * An {@link Int8Gemm} on cuBLAS. It is optional: the application adds {@code org.jcuda:jcublas} and
 * {@code jcublas-natives} to its class path, and the machine needs the cuBLAS libraries of CUDA 12.
 * {@link #missing} tells whether they are present.
 */
final class CublasInt8Gemm implements Int8Gemm {

  private static final Pointer ONE = Pointer.to(new int[] {1});
  private static final Pointer ZERO = Pointer.to(new int[] {0});

  private static boolean checked;
  private static String missing;

  private final JCudaDevice device;
  private final cublasHandle handle = new cublasHandle();
  private boolean closed;

  /**
   * Returns why cuBLAS cannot be used and what to do about it, or null if its libraries load. The
   * check runs once, because a class that failed to load cannot be loaded again.
   */
  static synchronized String missing() {
    if (!checked) {
      checked = true;
      missing = load();
    }
    return missing;
  }

  private static String load() {
    try {
      NativeLibrary.load("JCublas2", () -> JCublas2.setExceptionsEnabled(false));
      return null;
    } catch (UnsatisfiedLinkError e) {
      return whyNotLoaded(String.valueOf(e.getMessage()));
    } catch (LinkageError e) {
      return "jcublas is not on the class path: add org.jcuda:jcublas and jcublas-natives";
    } catch (UncheckedIOException e) {
      return e.getMessage();
    }
  }

  /** Explains a failure to load the native library of JCublas. */
  static String whyNotLoaded(String message) {
    if (message.contains("libcublas") || message.contains("cublas64")) {
      return "there is no cuBLAS of CUDA 12: put the folder of libcublas.so.12 and"
          + " libcublasLt.so.12 on LD_LIBRARY_PATH, on Windows that of cublas64_12.dll on PATH";
    }
    return "JCublas's native library does not load, which org.jcuda:jcublas-natives brings ("
        + message.lines().findFirst().orElse(message)
        + ")";
  }

  /**
   * Creates a cuBLAS handle for the stream of a device. {@link #missing} must have returned null.
   *
   * @param device device to compute on; must be closed after this object
   */
  CublasInt8Gemm(JCudaDevice device) {
    this.device = device;
    check("cublasCreate", device.onStream(stream -> JCublas2.cublasCreate(handle)));
    try {
      check(
          "cublasSetStream",
          device.onStream(stream -> JCublas2.cublasSetStream(handle, new cudaStream_t(stream))));
    } catch (BackendException e) {
      close();
      throw e;
    }
  }

  @Override
  public void multiply(
      long sources, int sourceRows, long targets, int targetRows, int rowBytes, long products) {
    // cuBLAS stores matrices by columns: our rows are its columns, and it computes our transpose.
    int status =
        device.onStream(
            stream ->
                JCublas2.cublasGemmEx_new(
                    handle,
                    cublasOperation.CUBLAS_OP_T,
                    cublasOperation.CUBLAS_OP_N,
                    sourceRows,
                    targetRows,
                    rowBytes,
                    ONE,
                    JCudaDevice.at(sources),
                    cudaDataType.CUDA_R_8I,
                    rowBytes,
                    JCudaDevice.at(targets),
                    cudaDataType.CUDA_R_8I,
                    rowBytes,
                    ZERO,
                    JCudaDevice.at(products),
                    cudaDataType.CUDA_R_32I,
                    sourceRows,
                    cublasComputeType.CUBLAS_COMPUTE_32I,
                    cublasGemmAlgo.CUBLAS_GEMM_DEFAULT));
    check(
        String.format(Locale.ROOT, "cublasGemmEx of %dx%dx%d", sourceRows, targetRows, rowBytes),
        status);
  }

  private void check(String what, int status) {
    if (status != CUBLAS_STATUS_SUCCESS) {
      throw new BackendException(
          String.format(
              Locale.ROOT,
              "%s failed on %s: %s",
              what,
              device.name(),
              cublasStatus.stringFor(status)));
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      check("cublasDestroy", device.onStream(stream -> JCublas2.cublasDestroy(handle)));
    }
  }
}
