package org.diffsynth.cuda;

import org.diffsynth.testkit.PatchMatcherContract;
import org.diffsynth.spi.PatchMatcherProvider;

class ShimPatchMatcherTest extends PatchMatcherContract {

  @Override
  protected PatchMatcherProvider provider() {
    return new ShimPatchMatcherProvider();
  }
}
