package org.diffsynth.cuda;

import org.diffsynth.spi.PatchMatcherProvider;
import org.diffsynth.testkit.PatchMatcherContract;

/** Three devices instead of one. */
class ShimSeveralPatchMatcherTest extends PatchMatcherContract {

  @Override
  protected PatchMatcherProvider provider() {
    return new ShimPatchMatcherProvider.Several();
  }
}
