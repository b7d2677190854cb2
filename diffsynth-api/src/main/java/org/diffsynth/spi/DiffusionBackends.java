package org.diffsynth.spi;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import org.diffsynth.compute.Availability;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds the diffusion backends on the class path or module path and chooses among them. */
public final class DiffusionBackends {

  /** The name that stands for the fastest backend that can run here. */
  public static final String AUTO = "auto";

  private static final Logger LOG = LoggerFactory.getLogger(DiffusionBackends.class);

  private DiffusionBackends() {}

  /** Every provider found, whether it can run here or not. A broken one is logged and left out. */
  public static List<DiffusionBackendProvider> providers() {
    List<DiffusionBackendProvider> found = new ArrayList<>();
    Iterator<DiffusionBackendProvider> candidates =
        ServiceLoader.load(DiffusionBackendProvider.class).iterator();
    while (true) {
      try {
        if (!candidates.hasNext()) {
          return List.copyOf(found);
        }
        found.add(candidates.next());
      } catch (ServiceConfigurationError | LinkageError e) {
        LOG.warn("a diffusion backend cannot be loaded and is left out: {}", e.toString());
      }
    }
  }

  /**
   * The provider of that name, or for {@link #AUTO} the fastest that is ready.
   *
   * @throws IllegalArgumentException if there is none of that name, listing those there are
   * @throws IllegalStateException if it cannot run here, with its reason
   */
  public static DiffusionBackendProvider choose(String name) {
    return choose(name, providers());
  }

  static DiffusionBackendProvider choose(String name, List<DiffusionBackendProvider> providers) {
    if (providers.isEmpty()) {
      throw new IllegalStateException(
          "no diffusion backend found: add the dependency org.diffsynth:diffsynth-onnx");
    }
    if (name.equals(AUTO)) {
      return providers.stream()
          .filter(provider -> provider.probe() instanceof Availability.Ready)
          .max(Comparator.comparingInt(DiffusionBackends::speed))
          .orElseThrow(
              () ->
                  new IllegalStateException(
                      "no diffusion backend is ready: "
                          + providers.stream()
                              .map(provider -> provider.name() + ": " + reason(provider))
                              .collect(Collectors.joining("; "))));
    }
    DiffusionBackendProvider named =
        providers.stream()
            .filter(provider -> provider.name().equals(name))
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "backend must be one of %s or %s, was '%s'"
                            .formatted(AUTO, names(providers), name)));
    if (named.probe() instanceof Availability.Missing missing) {
      throw new IllegalStateException(
          "backend '" + name + "' cannot run here: " + missing.reason());
    }
    return named;
  }

  private static int speed(DiffusionBackendProvider provider) {
    return provider.probe() instanceof Availability.Ready ready ? ready.speed() : Integer.MIN_VALUE;
  }

  private static String reason(DiffusionBackendProvider provider) {
    return provider.probe() instanceof Availability.Missing missing ? missing.reason() : "ready";
  }

  private static String names(List<DiffusionBackendProvider> providers) {
    return providers.stream()
        .map(DiffusionBackendProvider::name)
        .sorted()
        .collect(Collectors.joining(", "));
  }
}
