package org.diffsynth.cuda;

import org.diffsynth.testkit.PatchBlendingContract;
import org.junit.jupiter.api.Tag;

/** Three devices instead of one. */
@Tag("nightly")
class ShimSeveralBlendingTest extends PatchBlendingContract {

  @Override
  protected String backend() {
    return "cuda-shim-several";
  }
}
