package org.diffsynth.patchmatch;

import org.diffsynth.testkit.PatchBlendingContract;

class CpuBlendingTest extends PatchBlendingContract {

  @Override
  protected String backend() {
    return "cpu";
  }
}
