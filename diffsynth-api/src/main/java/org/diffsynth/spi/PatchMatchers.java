package org.diffsynth.spi;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import org.diffsynth.compute.Availability;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.match.PatchMatchOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds the patch matchers on the class path or module path and chooses among them. */
public final class PatchMatchers {

  /** The name that stands for the fastest matcher that can run here. */
  public static final String AUTO = "auto";

  private static final Logger LOG = LoggerFactory.getLogger(PatchMatchers.class);

  private PatchMatchers() {}

  /** Every provider found, whether it can run here or not. A broken one is logged and left out. */
  public static List<PatchMatcherProvider> providers() {
    List<PatchMatcherProvider> found = new ArrayList<>();
    Iterator<PatchMatcherProvider> candidates =
        ServiceLoader.load(PatchMatcherProvider.class).iterator();
    while (true) {
      try {
        if (!candidates.hasNext()) {
          return List.copyOf(found);
        }
        found.add(candidates.next());
      } catch (ServiceConfigurationError | LinkageError e) {
        LOG.warn("a patch matcher cannot be loaded and is left out: {}", e.toString());
      }
    }
  }

  /**
   * The provider of that name, or for {@link #AUTO} the fastest that is ready. A name may end with
   * the devices to use, as in {@code "cuda:0,1"}.
   *
   * @throws IllegalArgumentException if there is none of that name, listing those there are
   * @throws IllegalStateException if it cannot run here, with its reason
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
    return choose(compute.engine()).open(options, compute.threads());
  }

  static PatchMatcherProvider choose(String name, List<PatchMatcherProvider> providers) {
    if (providers.isEmpty()) {
      throw new IllegalStateException(
          "no patch matcher found: add the dependency org.diffsynth:diffsynth-patchmatch");
    }
    if (name.equals(AUTO)) {
      return providers.stream()
          .filter(provider -> provider.probe() instanceof Availability.Ready)
          .max(Comparator.comparingInt(PatchMatchers::speed))
          .orElseThrow(
              () -> new IllegalStateException("no patch matcher is ready: " + reasons(providers)));
    }
    int colon = name.indexOf(':');
    String kind = colon < 0 ? name : name.substring(0, colon);
    for (PatchMatcherProvider found : providers) {
      if (found.name().equals(kind)) {
        PatchMatcherProvider provider =
            colon < 0 ? found : found.onDevices(name.substring(colon + 1));
        if (provider.probe() instanceof Availability.Missing missing) {
          throw new IllegalStateException(
              "backend '" + name + "' cannot run here: " + missing.reason());
        }
        return provider;
      }
    }
    throw new IllegalArgumentException(
        "backend must be one of %s or %s, was '%s'"
            .formatted(
                AUTO,
                String.join(
                    ", ", providers.stream().map(PatchMatcherProvider::name).sorted().toList()),
                name));
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
      return providers.stream()
          .filter(provider -> provider.probe() instanceof Availability.Ready)
          .sorted(Comparator.comparingInt(PatchMatchers::speed).reversed())
          .map(provider -> provider.openAgreementOver(matching, width, height, threads))
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

  private static int speed(PatchMatcherProvider provider) {
    return provider.probe() instanceof Availability.Ready ready ? ready.speed() : Integer.MIN_VALUE;
  }

  private static String reasons(List<PatchMatcherProvider> providers) {
    List<String> reasons = new ArrayList<>();
    for (PatchMatcherProvider provider : providers) {
      if (provider.probe() instanceof Availability.Missing missing) {
        reasons.add(provider.name() + ": " + missing.reason());
      }
    }
    return String.join("; ", reasons);
  }
}
