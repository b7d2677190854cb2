package org.diffsynth.cuda;

import static org.assertj.core.api.Assumptions.assumeThat;

/** With blocks and threads run last to first: no kernel may depend on their order. */
class ShimBackwardKernelsTest extends KernelsContract {

  @Override
  GpuDevice open() {
    assumeThat(ShimLibrary.missing()).isNull();
    return new ShimDevice("shim", 1L << 30, true);
  }
}
