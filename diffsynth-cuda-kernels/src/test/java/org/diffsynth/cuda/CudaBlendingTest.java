package org.diffsynth.cuda;

import org.diffsynth.testkit.PatchBlendingContract;
import org.junit.jupiter.api.Tag;

/** On a real GPU; skipped where there is none. */
@Tag("gpu")
class CudaBlendingTest extends PatchBlendingContract {

  @Override
  protected String backend() {
    return "cuda";
  }
}
