package org.diffsynth.spi;

import java.util.List;
import org.diffsynth.compute.ProviderChoice;

/** Finds the diffusion backends on the class path or module path, and chooses among them. */
final class DiffusionBackends {

  private static final ProviderChoice<DiffusionBackendProvider> CHOICE =
      new ProviderChoice<>(
          DiffusionBackendProvider.class,
          "diffusion backend",
          "org.diffsynth:diffsynth-onnx",
          DiffusionBackendProvider::name,
          DiffusionBackendProvider::probe);

  private DiffusionBackends() {}

  /**
   * Returns every provider found, whether it can run on this machine or not. A provider that cannot
   * be loaded is logged and left out.
   */
  public static List<DiffusionBackendProvider> providers() {
    return CHOICE.providers();
  }

  /**
   * Returns the provider with the given name, or the fastest one that is ready for {@link
   * ProviderChoice#AUTO}.
   *
   * @throws IllegalArgumentException if no provider has this name; the message lists all names
   * @throws IllegalStateException if the provider cannot run on this machine, with the reason, or
   *     if no provider is found; the message names the artifact to add
   */
  public static DiffusionBackendProvider choose(String name) {
    return choose(name, providers());
  }

  static DiffusionBackendProvider choose(String name, List<DiffusionBackendProvider> providers) {
    return CHOICE.choose(name, providers);
  }
}
