package org.diffsynth.spi;

import java.io.IOException;
import org.diffsynth.compute.Availability;
import org.diffsynth.compute.BackendException;

/**
 * Opens diffusion models with one runtime. Found with ServiceLoader: no native library may load
 * before probe().
 */
public interface DiffusionBackendProvider {

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
