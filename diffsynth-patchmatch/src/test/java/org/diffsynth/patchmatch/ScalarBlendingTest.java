package org.diffsynth.patchmatch;

import org.diffsynth.contract.PatchBlendingContract;

class ScalarBlendingTest extends PatchBlendingContract {

  @Override
  protected String backend() {
    return "cpu-scalar";
  }
}
