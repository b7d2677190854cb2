package org.diffsynth.patchmatch;

import org.diffsynth.testkit.PatchMatcherContract;
import org.diffsynth.spi.PatchMatcherProvider;

class ScalarPatchMatcherTest extends PatchMatcherContract {

  @Override
  protected PatchMatcherProvider provider() {
    return new ScalarPatchMatcherProvider();
  }
}
