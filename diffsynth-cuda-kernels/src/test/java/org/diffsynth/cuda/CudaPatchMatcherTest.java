package org.diffsynth.cuda;

import org.diffsynth.spi.PatchMatcherProvider;
import org.diffsynth.testkit.PatchMatcherContract;
import org.junit.jupiter.api.Tag;

/** On a real GPU; skipped where there is none. */
@Tag("gpu")
class CudaPatchMatcherTest extends PatchMatcherContract {

  @Override
  protected PatchMatcherProvider provider() {
    return new CudaPatchMatcherProvider();
  }
}
