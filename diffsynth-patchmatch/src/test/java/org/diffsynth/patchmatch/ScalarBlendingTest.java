package org.diffsynth.patchmatch;

import org.diffsynth.testkit.PatchBlendingContract;

class ScalarBlendingTest extends PatchBlendingContract {

  @Override
  protected String backend() {
    return "cpu-scalar";
  }
}
