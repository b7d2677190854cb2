package org.diffsynth.patchmatch;

import org.diffsynth.spi.PatchMatcherProvider;
import org.diffsynth.testkit.PatchMatcherContract;

class ScalarPatchMatcherTest extends PatchMatcherContract {

  @Override
  protected PatchMatcherProvider provider() {
    return new ScalarPatchMatcherProvider();
  }
}
