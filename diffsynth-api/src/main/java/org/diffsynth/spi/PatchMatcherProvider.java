package org.diffsynth.spi;

import java.util.List;
import java.util.Optional;
import org.diffsynth.compute.Availability;
import org.diffsynth.compute.BackendException;
import org.diffsynth.match.PatchMatchOptions;

/**
 * Makes matchers on one kind of hardware. Found with ServiceLoader: no native library may load
 * before probe().
 */
public interface PatchMatcherProvider {

  /**
   * Returns every provider found, whether it can run on this machine or not. A provider that cannot
   * be loaded is logged and left out.
   */
  static List<PatchMatcherProvider> all() {
    return PatchMatchers.providers();
  }

  /**
   * Returns the provider with the given name, or for {@code "auto"} the fastest one that is ready.
   * A name may end with the devices to use, as in {@code "cuda:0,1"}.
   *
   * @throws IllegalArgumentException if no provider has this name; the message lists all names
   * @throws IllegalStateException if the provider cannot run on this machine, with the reason, or
   *     if there is no provider at all, with the artifact to add
   */
  static PatchMatcherProvider choose(String name) {
    return PatchMatchers.choose(name);
  }

  /** What users type: {@code "cpu"}, {@code "cuda"}. */
  String name();

  /**
   * The same backend on chosen devices: what follows the colon when users type {@code "cuda:0,1"}.
   *
   * @throws IllegalArgumentException if it has no devices to choose from, or that is no list of
   *     them
   */
  default PatchMatcherProvider onDevices(String devices) {
    throw new IllegalArgumentException(
        "backend '%s' has no devices to choose from, was '%s:%s'"
            .formatted(name(), name(), devices));
  }

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

  /**
   * Opens a session that computes the default blend on the CPU from the fields of any engine, for
   * engines that have no session of their own; see {@link AgreementSession#open}.
   *
   * @param matching session that finds the fields; the returned session owns and closes it
   * @param width columns of the frames of {@code matching}
   * @param height rows of the frames of {@code matching}
   * @param threads number of threads to work with, at least 1
   * @return the session, which the caller closes; empty if this provider cannot do this, and then
   *     {@code matching} stays open
   */
  default Optional<AgreementSession> openAgreementOver(
      MatchSession matching, int width, int height, int threads) {
    return Optional.empty();
  }
}
