package org.diffsynth.cuda;

import org.diffsynth.testkit.PatchMatcherContract;
import org.diffsynth.spi.PatchMatcherProvider;

/** Three devices instead of one. */
class ShimSeveralPatchMatcherTest extends PatchMatcherContract {

  @Override
  protected PatchMatcherProvider provider() {
    return new ShimPatchMatcherProvider.Several();
  }
}
