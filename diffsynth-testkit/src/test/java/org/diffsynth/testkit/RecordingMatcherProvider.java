package org.diffsynth.testkit;

import org.diffsynth.compute.Availability;
import org.diffsynth.match.PatchMatchOptions;
import org.diffsynth.spi.PatchMatcher;
import org.diffsynth.spi.PatchMatcherProvider;

/** An engine that cannot match anything: it reports with how many threads it was opened. */
public final class RecordingMatcherProvider implements PatchMatcherProvider {

  static final String NAME = "recording";

  /** Creates the provider for {@link java.util.ServiceLoader}. */
  public RecordingMatcherProvider() {}

  /** Thrown when a matcher is opened. */
  static final class OpenedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    OpenedException(int threads) {
      super("opened with %d threads".formatted(threads));
    }
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Availability probe() {
    return new Availability.Ready("none", 0);
  }

  @Override
  public PatchMatcher open(PatchMatchOptions options, int threads) {
    throw new OpenedException(threads);
  }
}
