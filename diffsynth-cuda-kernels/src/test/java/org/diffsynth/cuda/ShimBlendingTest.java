package org.diffsynth.cuda;

import org.diffsynth.testkit.PatchBlendingContract;

class ShimBlendingTest extends PatchBlendingContract {

  @Override
  protected String backend() {
    return "cuda-shim";
  }
}
