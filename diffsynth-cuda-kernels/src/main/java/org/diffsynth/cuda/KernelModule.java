package org.diffsynth.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;

/** The compiled kernels as PTX, which the driver translates for the GPU at run time. */
final class KernelModule {

  /**
   * Name of the PTX file in the jar. build-ptx.sh builds it from src/main/cuda, and a test checks
   * that it belongs to the sources.
   */
  static final String RESOURCE = "diffsynth.ptx";

  private KernelModule() {}

  /** Returns the PTX as the driver expects it: text that ends with a zero byte. */
  static byte[] ptx() {
    try (InputStream in = KernelModule.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException("the jar of diffsynth-cuda-kernels has no " + RESOURCE);
      }
      byte[] text = in.readAllBytes();
      return Arrays.copyOf(text, text.length + 1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
