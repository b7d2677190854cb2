package org.diffsynth.spi;

import java.io.IOException;
import java.util.List;
import org.diffsynth.compute.Availability;
import org.diffsynth.compute.BackendException;

/**
 * Opens diffusion models with one runtime. {@link java.util.ServiceLoader} finds implementations,
 * which must not load native libraries before {@link #probe} is called.
 */
public interface DiffusionBackendProvider {

  /**
   * Returns every provider found, whether it can run on this machine or not. A provider that cannot
   * be loaded is logged and left out.
   */
  static List<DiffusionBackendProvider> all() {
    return DiffusionBackends.providers();
  }

  /**
   * Returns the provider with the given name, or for {@code "auto"} the fastest one that is ready.
   *
   * @throws IllegalArgumentException if no provider has this name; the message lists all names
   * @throws IllegalStateException if the provider cannot run on this machine, with the reason, or
   *     if no provider is found; the message names the artifact to add
   */
  static DiffusionBackendProvider choose(String name) {
    return DiffusionBackends.choose(name);
  }

  /** Returns the name that users select this backend by, such as {@code "onnx"}. */
  String name();

  /**
   * Returns whether this backend can run on this machine. Must not throw: a missing driver is an
   * answer. Calls after the first one are cheap.
   */
  Availability probe();

  /**
   * Opens a model. The caller closes it.
   *
   * @throws IOException if a file of the model folder is missing or unsuitable; the message lists
   *     the files found and the files expected
   * @throws BackendException if the runtime fails to open the model
   * @throws IllegalStateException if {@link #probe} returns {@link Availability.Missing}; the
   *     message has its reason
   */
  DiffusionBackend open(DiffusionSettings settings) throws IOException;
}
