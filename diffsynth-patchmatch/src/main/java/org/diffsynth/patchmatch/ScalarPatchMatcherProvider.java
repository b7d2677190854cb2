package org.diffsynth.patchmatch;

import org.diffsynth.match.PatchMatchOptions;
import org.diffsynth.match.PatchMatcher;
import org.diffsynth.spi.Availability;
import org.diffsynth.spi.PatchMatcherProvider;

/** The scalar reference as a backend: runs everywhere, and defines what the others must give. */
public final class ScalarPatchMatcherProvider implements PatchMatcherProvider {

  private static final int SPEED = 10;

  /** Called by ServiceLoader. */
  public ScalarPatchMatcherProvider() {}

  @Override
  public String name() {
    return "cpu-scalar";
  }

  @Override
  public Availability probe() {
    return new Availability.Ready("CPU, scalar", SPEED);
  }

  @Override
  public PatchMatcher open(PatchMatchOptions options, int threads) {
    return new CpuPatchMatcher(options, new ReferenceEngine(options), threads);
  }
}
