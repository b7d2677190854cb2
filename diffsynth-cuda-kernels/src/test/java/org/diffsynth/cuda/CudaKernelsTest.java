package org.diffsynth.cuda;

import static org.assertj.core.api.Assumptions.assumeThat;

import org.junit.jupiter.api.Tag;

/** On a real GPU; skipped where there is none. */
@Tag("gpu")
class CudaKernelsTest extends KernelsContract {

  @Override
  GpuDevice open() {
    CudaDriver driver = CudaDriver.find();
    assumeThat(driver.missing()).isNull();
    return new JCudaDevice(driver.gpus().get(0));
  }
}
