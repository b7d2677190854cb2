package org.diffsynth.patchmatch;

import org.diffsynth.spi.PatchMatcherProvider;
import org.diffsynth.testkit.PatchMatcherContract;

class CpuPatchMatcherTest extends PatchMatcherContract {

  @Override
  protected PatchMatcherProvider provider() {
    return new CpuPatchMatcherProvider();
  }
}
