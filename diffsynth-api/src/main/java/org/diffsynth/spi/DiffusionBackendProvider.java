package org.diffsynth.spi;

import java.io.IOException;
import java.util.List;
import org.diffsynth.compute.Availability;
import org.diffsynth.compute.BackendException;

/**
 * Opens diffusion models with one runtime. Found with ServiceLoader: no native library may load
 * before probe().
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
   *     if there is no provider at all, with the artifact to add
   */
  static DiffusionBackendProvider choose(String name) {
    return DiffusionBackends.choose(name);
  }

  /** What users type: {@code "onnx"}. */
  String name();

  /**
   * Whether it can run here. Never throws: a missing driver is an answer. Cheap after the first
   * call.
   */
  Availability probe();

  /**
   * Opens a model; the caller owns and closes it.
   *
   * @throws IOException if the folder is incomplete or its files are not what is needed: one error
   *     listing what was found, what was expected and in which file
   * @throws BackendException if the runtime refuses
   * @throws IllegalStateException if {@link #probe} says it is missing, with the reason
   */
  DiffusionBackend open(DiffusionSettings settings) throws IOException;
}
