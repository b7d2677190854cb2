package org.diffsynth.spi;

import org.diffsynth.match.PatchMatchOptions;
import org.diffsynth.match.PatchMatcher;

/**
 * Makes matchers on one kind of hardware. Found with ServiceLoader: no native library may load
 * before probe().
 */
public interface PatchMatcherProvider {

  /** What users type: {@code "cpu"}, {@code "cuda"}. */
  String name();

  /**
   * Whether it can run here. Never throws: a missing driver is an answer. Cheap after the first
   * call.
   */
  Availability probe();

  /**
   * Opens a matcher; the caller owns and closes it.
   *
   * @param options how to search
   * @param threads how many threads to work with where the hardware is the CPU, at least 1
   * @throws BackendException if the device refuses
   * @throws IllegalStateException if {@link #probe} says it is missing, with the reason
   */
  PatchMatcher open(PatchMatchOptions options, int threads);
}
