package org.diffsynth.cuda;

import org.diffsynth.spi.PatchMatcherProvider;
import org.diffsynth.testkit.PatchMatcherContract;

class ShimPatchMatcherTest extends PatchMatcherContract {

  @Override
  protected PatchMatcherProvider provider() {
    return new ShimPatchMatcherProvider();
  }
}
