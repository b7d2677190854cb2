package org.diffsynth.compute;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.diffsynth.internal.text.Text;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the providers of a service with {@link ServiceLoader}, and chooses one of them by its name
 * or by its speed. Immutable; may be used by several threads.
 *
 * @param <P> type of the providers
 */
public final class ProviderChoice<P> {

  /** The name that selects the fastest provider that can run on this machine. */
  public static final String AUTO = ComputeOptions.AUTOMATIC;

  private static final Logger LOG = LoggerFactory.getLogger(ProviderChoice.class);

  private final Class<P> service;
  private final String kind;
  private final String dependency;
  private final Function<P, String> name;
  private final Function<P, Availability> probe;

  /**
   * Creates a choice among the providers of one service.
   *
   * @param service interface that the providers implement
   * @param kind noun for one provider in error messages, such as {@code "diffusion backend"}
   * @param dependency Maven coordinates of an artifact with a provider, for the error message when
   *     there is none
   * @param name returns the name that users select a provider by
   * @param probe returns whether a provider can run on this machine
   */
  public ProviderChoice(
      Class<P> service,
      String kind,
      String dependency,
      Function<P, String> name,
      Function<P, Availability> probe) {
    this.service = service;
    this.kind = kind;
    this.dependency = dependency;
    this.name = name;
    this.probe = probe;
  }

  /**
   * Returns one instance of every provider of a service, in the order of discovery. The context
   * class loader of the thread is searched first, then the class loader of this library; a class
   * that both find is returned once. A provider that cannot be loaded is logged and left out.
   */
  public static <P> List<P> find(Class<P> service) {
    Set<String> seen = new HashSet<>();
    List<P> found = new ArrayList<>();
    collect(ServiceLoader.load(service), seen, found);
    collect(ServiceLoader.load(service, ProviderChoice.class.getClassLoader()), seen, found);
    return List.copyOf(found);
  }

  private static <P> void collect(ServiceLoader<P> loader, Set<String> seen, List<P> found) {
    Iterator<ServiceLoader.Provider<P>> candidates = loader.stream().iterator();
    while (true) {
      try {
        if (!candidates.hasNext()) {
          return;
        }
        ServiceLoader.Provider<P> candidate = candidates.next();
        if (seen.add(candidate.type().getName())) {
          found.add(candidate.get());
        }
      } catch (ServiceConfigurationError | LinkageError e) {
        LOG.warn("a service provider cannot be loaded and is left out: {}", e.toString());
      }
    }
  }

  /** Returns every provider of the service, whether it can run on this machine or not. */
  public List<P> providers() {
    return find(service);
  }

  /**
   * Returns the provider with the given name, or the fastest one that is ready for {@link #AUTO}.
   *
   * @throws IllegalArgumentException if no provider has this name; the message lists all names
   * @throws IllegalStateException if the provider cannot run on this machine, with the reason, or
   *     if no provider is found; the message names the artifact to add
   */
  public P choose(String wanted, List<P> providers) {
    return wanted.equals(AUTO)
        ? fastest(providers)
        : requireReady(named(wanted, wanted, providers), wanted);
  }

  /** Returns those of the providers that can run on this machine, the fastest first. */
  public List<P> ready(List<P> providers) {
    return providers.stream()
        .filter(provider -> probe(provider) instanceof Availability.Ready)
        .sorted(Comparator.comparingInt(this::speed).reversed())
        .toList();
  }

  private P fastest(List<P> providers) {
    requireAny(providers);
    return ready(providers).stream()
        .findFirst()
        .orElseThrow(
            () -> new IllegalStateException("no " + kind + " is ready: " + reasons(providers)));
  }

  /**
   * Returns the provider with the given name, whether it can run on this machine or not.
   *
   * @param wanted the name
   * @param asWritten what the user wrote, for the error message
   * @throws IllegalArgumentException if no provider has this name; the message lists all names
   * @throws IllegalStateException if no provider is found; the message names the artifact to add
   */
  public P named(String wanted, String asWritten, List<P> providers) {
    requireAny(providers);
    return providers.stream()
        .filter(provider -> name.apply(provider).equals(wanted))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    Text.format(
                        "%s must be one of %s or %s, but was '%s'",
                        kind, AUTO, names(providers), asWritten)));
  }

  /**
   * Returns the given provider if it can run on this machine.
   *
   * @param asWritten what the user wrote, for the error message
   * @throws IllegalStateException if it cannot, with the reason
   */
  public P requireReady(P provider, String asWritten) {
    if (probe(provider) instanceof Availability.Missing missing) {
      throw new IllegalStateException(
          Text.format("%s '%s' cannot run here: %s", kind, asWritten, missing.reason()));
    }
    return provider;
  }

  private void requireAny(List<P> providers) {
    if (providers.isEmpty()) {
      throw new IllegalStateException(
          Text.format("no %s found: add the dependency %s", kind, dependency));
    }
  }

  /** A provider must not throw from its probe; one that does must not hide the others. */
  private Availability probe(P provider) {
    try {
      return probe.apply(provider);
    } catch (RuntimeException | LinkageError e) {
      return new Availability.Missing("its probe failed: " + e);
    }
  }

  private int speed(P provider) {
    return probe(provider) instanceof Availability.Ready ready ? ready.speed() : Integer.MIN_VALUE;
  }

  private String reasons(List<P> providers) {
    return providers.stream()
        .filter(provider -> probe(provider) instanceof Availability.Missing)
        .map(
            provider ->
                name.apply(provider) + ": " + ((Availability.Missing) probe(provider)).reason())
        .collect(Collectors.joining("; "));
  }

  private String names(List<P> providers) {
    return providers.stream().map(name).sorted().collect(Collectors.joining(", "));
  }
}
