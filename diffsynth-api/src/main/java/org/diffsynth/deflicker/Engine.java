package org.diffsynth.deflicker;

import java.util.Objects;
import org.diffsynth.match.PatchMatchOptions;
import org.diffsynth.spi.PatchMatcher;
import org.diffsynth.spi.PatchMatchers;

/**
 * Which hardware matches patches. It decides how long a run takes, never what comes out.
 *
 * @param backend name of a provider such as {@code "cpu"}, or {@code "auto"} for the fastest that
 *     can run here; a named one that cannot run is an error with its reason
 * @param threads threads to work with on the CPU, at least 1
 */
public record Engine(String backend, int threads) {

  /** The fastest backend, with one thread per processor. */
  public static final Engine AUTO =
      new Engine(PatchMatchers.AUTO, Runtime.getRuntime().availableProcessors());

  /** Checks the ranges. */
  public Engine {
    Objects.requireNonNull(backend, "backend");
    if (threads < 1) {
      throw new IllegalArgumentException("threads must be at least 1, was " + threads);
    }
  }

  /** A backend by name, with one thread per processor. */
  public static Engine of(String backend) {
    return AUTO.withBackend(backend);
  }

  /** The same with another backend. */
  public Engine withBackend(String newBackend) {
    return new Engine(newBackend, threads);
  }

  /** The same with another number of threads. */
  public Engine withThreads(int newThreads) {
    return new Engine(backend, newThreads);
  }

  /**
   * Opens a matcher; the caller closes it.
   *
   * @throws IllegalArgumentException if no backend has that name, listing those there are
   * @throws IllegalStateException if it cannot run here, with its reason
   */
  public PatchMatcher open(PatchMatchOptions options) {
    return PatchMatchers.choose(backend).open(options, threads);
  }
}
