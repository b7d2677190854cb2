package org.diffsynth.spi;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.compute.ProviderChoice;
import org.diffsynth.match.PatchMatchOptions;

/** Finds the patch-matching engines on the class path or module path, and chooses among them. */
final class PatchMatchers {

  private static final ProviderChoice<PatchMatcherProvider> CHOICE =
      new ProviderChoice<>(
          PatchMatcherProvider.class,
          "patch matcher",
          "org.diffsynth:diffsynth-patchmatch",
          PatchMatcherProvider::name,
          PatchMatcherProvider::probe);

  private PatchMatchers() {}

  /**
   * Returns every provider found, whether it can run on this machine or not. A provider that cannot
   * be loaded is logged and left out.
   */
  public static List<PatchMatcherProvider> providers() {
    return CHOICE.providers();
  }

  /**
   * Returns the provider with the given name, or the fastest one that is ready for {@link
   * ProviderChoice#AUTO}. A name may end with the devices to use, as in {@code "cuda:0,1"}.
   *
   * @throws IllegalArgumentException if no provider has this name; the message lists all names
   * @throws IllegalStateException if the provider cannot run on this machine, with the reason, or
   *     if no provider is found; the message names the artifact to add
   */
  public static PatchMatcherProvider choose(String name) {
    return choose(name, providers());
  }

  /**
   * Opens a matcher on the engine and with the threads of {@code compute}. The caller closes it.
   *
   * @throws IllegalArgumentException if no engine has that name; the message lists the known names
   * @throws IllegalStateException if the engine cannot run here; the message has its reason
   */
  public static PatchMatcher open(ComputeOptions compute, PatchMatchOptions options) {
    PatchMatcherProvider provider = choose(compute);
    return Recorded.of(
        PatchMatcher.class, provider.open(options, compute.threads()), provider.name(), 0, 0);
  }

  private static PatchMatcherProvider choose(ComputeOptions compute) {
    if (compute.engineInstance().isEmpty()) {
      return choose(compute.engine());
    }
    if (compute.engineInstance().get() instanceof PatchMatcherProvider provider) {
      return CHOICE.requireReady(provider, compute.engine());
    }
    throw new IllegalArgumentException(
        "the engine must be a PatchMatcherProvider, but was "
            + compute.engineInstance().get().getClass().getName());
  }

  static PatchMatcherProvider choose(String name, List<PatchMatcherProvider> providers) {
    int colon = name.indexOf(':');
    if (colon < 0) {
      return CHOICE.choose(name, providers);
    }
    PatchMatcherProvider provider =
        CHOICE
            .named(name.substring(0, colon), name, providers)
            .onDevices(name.substring(colon + 1));
    return CHOICE.requireReady(provider, name);
  }

  /**
   * Opens a session of the default blend for a matcher: on the matcher's own device where it can,
   * otherwise on the CPU from the fields that the matcher finds, by the fastest provider that
   * offers {@link PatchMatcherProvider#openAgreementOver}.
   *
   * @param threads number of threads to work with on the CPU, at least 1
   * @return the session; the caller closes it before the matcher
   * @throws IllegalArgumentException if the size is smaller than the largest patch
   * @throws IllegalStateException if no provider can compute the blend, with the remedy
   */
  public static AgreementSession openAgreement(
      PatchMatcher matcher, int width, int height, int threads) {
    return openAgreement(matcher, width, height, threads, providers());
  }

  static AgreementSession openAgreement(
      PatchMatcher matcher,
      int width,
      int height,
      int threads,
      List<PatchMatcherProvider> providers) {
    Optional<AgreementSession> own = matcher.openAgreement(width, height);
    if (own.isPresent()) {
      return own.get();
    }
    MatchSession matching = matcher.openSession(width, height);
    try {
      return CHOICE.ready(providers).stream()
          .map(
              provider ->
                  provider
                      .openAgreementOver(matching, width, height, threads)
                      .map(it -> recorded(AgreementSession.class, it, provider, width, height)))
          .flatMap(Optional::stream)
          .findFirst()
          .orElseThrow(
              () ->
                  new IllegalStateException(
                      "this engine can only match and carry, and nothing here computes the default"
                          + " blend: add the dependency org.diffsynth:diffsynth-patchmatch"));
    } catch (RuntimeException | Error e) {
      matching.close();
      throw e;
    }
  }

  /** Opens a session that averages along optical flow; see {@link FlowSession#open}. */
  static FlowSession openFlow(ComputeOptions compute, int width, int height) {
    return Stream.concat(Stream.of(choose(compute)), CHOICE.ready(providers()).stream())
        .map(
            provider ->
                provider
                    .openFlow(width, height, compute.threads())
                    .map(it -> recorded(FlowSession.class, it, provider, width, height)))
        .flatMap(Optional::stream)
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "no engine here computes optical flow: add the dependency"
                        + " org.diffsynth:diffsynth-patchmatch"));
  }

  /**
   * Opens a session that derives guides, by the fastest provider that offers {@link
   * PatchMatcherProvider#openGuide}.
   *
   * @throws IllegalStateException if no provider can derive guides, with the remedy
   */
  public static GuideSession openGuide(int width, int height, int threads) {
    return CHOICE.ready(providers()).stream()
        .map(
            provider ->
                provider
                    .openGuide(width, height, threads)
                    .map(it -> recorded(GuideSession.class, it, provider, width, height)))
        .flatMap(Optional::stream)
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "nothing here derives a guide from a video without one: add the dependency"
                        + " org.diffsynth:diffsynth-patchmatch, or give a guide"));
  }

  private static <T> T recorded(
      Class<T> type, T session, PatchMatcherProvider provider, int width, int height) {
    return Recorded.of(type, session, provider.name(), width, height);
  }
}
