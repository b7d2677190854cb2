package org.diffsynth.patchmatch;

import org.diffsynth.compute.Availability;
import org.diffsynth.match.PatchMatchOptions;
import org.diffsynth.patchmatch.agreement.AgreementBlend;
import org.diffsynth.patchmatch.fast.FastEngine;
import org.diffsynth.patchmatch.fast.ScalarKernels;
import org.diffsynth.spi.PatchMatcher;
import org.diffsynth.spi.PatchMatcherProvider;
import org.diffsynth.testkit.PatchMatcherContract;

/** What backend "cpu" does where Java has no vectors. */
class FastScalarPatchMatcherTest extends PatchMatcherContract {

  @Override
  protected PatchMatcherProvider provider() {
    return new PatchMatcherProvider() {
      @Override
      public String name() {
        return "cpu";
      }

      @Override
      public Availability probe() {
        return new Availability.Ready("CPU, scalar", 0);
      }

      @Override
      public PatchMatcher open(PatchMatchOptions options, int threads) {
        return new CpuPatchMatcher(
            options,
            new FastEngine(options, new ScalarKernels()),
            (width, height, workers) -> AgreementBlend.fast(width, height, workers, false),
            threads);
      }
    };
  }
}
