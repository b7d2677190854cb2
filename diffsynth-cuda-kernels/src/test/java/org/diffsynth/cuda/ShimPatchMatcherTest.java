package org.diffsynth.cuda;

import org.diffsynth.contract.PatchMatcherContract;
import org.diffsynth.spi.PatchMatcherProvider;

class ShimPatchMatcherTest extends PatchMatcherContract {

  @Override
  protected PatchMatcherProvider provider() {
    return new ShimPatchMatcherProvider();
  }
}
