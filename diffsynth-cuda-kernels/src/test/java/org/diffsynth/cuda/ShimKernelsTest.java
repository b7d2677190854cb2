package org.diffsynth.cuda;

import static org.assertj.core.api.Assumptions.assumeThat;

class ShimKernelsTest extends KernelsContract {

  @Override
  GpuDevice open() {
    assumeThat(ShimLibrary.missing()).isNull();
    return new ShimDevice("shim", 1L << 30);
  }
}
