package org.diffsynth.cuda;

import org.diffsynth.testkit.PatchBlendingContract;

/** Three devices instead of one. */
class ShimSeveralBlendingTest extends PatchBlendingContract {

  @Override
  protected String backend() {
    return "cuda-shim-several";
  }
}
