package org.diffsynth.patchmatch.agreement;

import org.diffsynth.patchmatch.fast.KernelChoice;

/** The kernels that this JVM can run, for tests. */
final class FastKernels {

  private FastKernels() {}

  /** Kernels of the Vector API, or scalar kernels if {@code scalar} or without that API. */
  static AgreementKernels agreement(boolean scalar) {
    return scalar || !KernelChoice.get().vectors()
        ? new ScalarAgreementKernels()
        : new VectorAgreementKernels();
  }

  /** Rows of the Vector API, or scalar rows if {@code scalar} or without that API. */
  static MovedRows moved(boolean scalar, int width, int height) {
    return scalar || !KernelChoice.get().vectors()
        ? new ScalarMovedRows(width, height)
        : new VectorMovedRows(width, height);
  }
}
