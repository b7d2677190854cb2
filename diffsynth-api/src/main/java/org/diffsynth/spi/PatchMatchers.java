package org.diffsynth.spi;

import java.util.List;
import org.diffsynth.compute.ProviderChoice;

/** Finds the patch-matching engines on the class path or module path, and chooses among them. */
public final class PatchMatchers {

  private static final ProviderChoice<PatchMatcherProvider> CHOICE =
      new ProviderChoice<>(
          PatchMatcherProvider.class,
          "patch matcher",
          "org.diffsynth:diffsynth-patchmatch",
          PatchMatcherProvider::name,
          PatchMatcherProvider::probe);

  /** The name that selects the fastest engine that can run on this machine. */
  public static final String AUTO = ProviderChoice.AUTO;

  private PatchMatchers() {}

  /**
   * Returns every provider found, whether it can run on this machine or not. A provider that cannot
   * be loaded is logged and left out.
   */
  public static List<PatchMatcherProvider> providers() {
    return CHOICE.providers();
  }

  /**
   * Returns the provider with the given name, or the fastest one that is ready for {@link #AUTO}. A
   * name may end with the devices to use, as in {@code "cuda:0,1"}.
   *
   * @throws IllegalArgumentException if no provider has this name; the message lists all names
   * @throws IllegalStateException if the provider cannot run on this machine, with the reason, or
   *     if there is no provider at all, with the artifact to add
   */
  public static PatchMatcherProvider choose(String name) {
    return choose(name, providers());
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
}
