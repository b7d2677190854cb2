package org.diffsynth.spi;

import java.util.List;
import java.util.Optional;
import org.diffsynth.compute.Availability;
import org.diffsynth.compute.BackendException;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.internal.text.Text;
import org.diffsynth.match.PatchMatchOptions;

/**
 * An engine for one kind of hardware, found with {@link java.util.ServiceLoader}: it says whether
 * it can run, and opens matchers. It must not load a native library before {@link #probe} is
 * called.
 */
public interface PatchMatcherProvider extends ComputeOptions.Engine {

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
   *     if no provider is found; the message names the artifact to add
   */
  static PatchMatcherProvider choose(String name) {
    return PatchMatchers.choose(name);
  }

  /**
   * Returns the name of the engine by which users choose it, such as {@code "cpu"} or {@code
   * "cuda"}.
   */
  @Override
  String name();

  /**
   * Returns this engine on chosen devices.
   *
   * @param devices part after the colon of a name such as {@code "cuda:0,1"}
   * @throws IllegalArgumentException if the engine has no devices to choose from, or if {@code
   *     devices} is not a list of them
   */
  default PatchMatcherProvider onDevices(String devices) {
    throw new IllegalArgumentException(
        Text.format(
            "engine '%s' has no devices to choose from, but was '%s:%s'", name(), name(), devices));
  }

  /**
   * Says whether the engine can run on this machine. Never throws: a missing driver is an answer.
   * Cheap after the first call.
   */
  @Override
  Availability probe();

  /**
   * Opens a matcher. The caller closes it.
   *
   * @param options how the matcher searches
   * @param threads number of threads on the CPU, at least 1; other hardware may ignore it
   * @throws BackendException if the device fails
   * @throws IllegalStateException if {@link #probe} says that the engine is missing, with its
   *     reason
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

  /**
   * Opens a session that averages along optical flow; see {@link FlowSession#open}.
   *
   * @param width columns of the frames
   * @param height rows of the frames
   * @param threads number of threads to work with, at least 1
   * @return the session, which the caller closes; empty if this provider computes no flow
   */
  default Optional<FlowSession> openFlow(int width, int height, int threads) {
    return Optional.empty();
  }

  /**
   * Opens a session that derives a guide from a flickering video; see {@link GuideSession#open}.
   *
   * @param width columns of the frames
   * @param height rows of the frames
   * @param threads number of threads to work with, at least 1
   * @return the session, which the caller closes; empty if this provider cannot do this
   */
  default Optional<GuideSession> openGuide(int width, int height, int threads) {
    return Optional.empty();
  }
}
