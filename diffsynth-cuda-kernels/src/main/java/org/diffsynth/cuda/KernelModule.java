package org.diffsynth.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;

/** The kernels as PTX, which the driver compiles for its device. */
final class KernelModule {

  /** Built from src/main/cuda by build-ptx.sh, checked in, and held equal by a test. */
  static final String RESOURCE = "diffsynth.ptx";

  private KernelModule() {}

  /** The PTX as the driver takes it: text that ends with a zero byte. */
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
