package org.diffsynth.patchmatch;

import org.diffsynth.contract.PatchBlendingContract;

class CpuBlendingTest extends PatchBlendingContract {

  @Override
  protected String backend() {
    return "cpu";
  }
}
