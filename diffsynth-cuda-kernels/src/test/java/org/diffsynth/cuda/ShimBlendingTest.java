package org.diffsynth.cuda;

import org.diffsynth.contract.PatchBlendingContract;

class ShimBlendingTest extends PatchBlendingContract {

  @Override
  protected String backend() {
    return "cuda-shim";
  }
}
