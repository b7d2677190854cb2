package org.diffsynth.compute;

import java.util.Objects;

/**
 * Where to compute: which implementations to use, on which device, with how many CPU threads and
 * how much memory.
 *
 * <p>A pipeline passes its compute options to everything it runs: the diffusion model, the
 * deflicker inside the denoising loop, the frame pull and key-frame interpolation. None of these
 * settings changes a result beyond rounding in the model; matching and blending give identical
 * bytes everywhere.
 *
 * <pre>{@code
 * ComputeOptions.AUTO.withDevice("cuda").withThreads(4)
 * }</pre>
 *
 * @param engine name of the engine that matches and blends patches, such as {@code "cpu"} or {@code
 *     "cuda:0"}; {@code "auto"} selects the fastest engine that can run on this machine
 * @param backend name of the backend that evaluates diffusion models, such as {@code "onnx"};
 *     {@code "auto"} selects the fastest backend that can run on this machine
 * @param device device that models run on, by the name the backend uses, such as {@code "cpu"} or
 *     {@code "cuda"}; {@code "auto"} selects the fastest device that works and falls back to the
 *     CPU
 * @param threads number of CPU threads for each engine and each model, at least 1; default one per
 *     processor
 * @param modelMemory memory that one call of the diffusion model may use, in bytes: 0, or at least
 *     1 MiB. It decides how many frames are evaluated together. The default, 0, lets the backend
 *     decide
 */
public record ComputeOptions(
    String engine, String backend, String device, int threads, long modelMemory) {

  /** The name that selects the fastest engine, backend or device that can run on this machine. */
  public static final String AUTOMATIC = "auto";

  /** The fastest engine, backend and device, with one thread per processor. */
  public static final ComputeOptions AUTO =
      new ComputeOptions(
          AUTOMATIC, AUTOMATIC, AUTOMATIC, Runtime.getRuntime().availableProcessors(), 0);

  private static final long MIN_MODEL_MEMORY = 1L << 20;

  /** Checks the ranges. */
  public ComputeOptions {
    checkName("engine", engine);
    checkName("backend", backend);
    checkName("device", device);
    if (threads < 1) {
      throw new IllegalArgumentException("threads must be at least 1, but was " + threads);
    }
    if (modelMemory != 0 && modelMemory < MIN_MODEL_MEMORY) {
      throw new IllegalArgumentException(
          "modelMemory must be 0 or at least %d bytes, but was %d"
              .formatted(MIN_MODEL_MEMORY, modelMemory));
    }
  }

  private static void checkName(String argument, String name) {
    Objects.requireNonNull(name, argument);
    if (name.isBlank()) {
      throw new IllegalArgumentException(argument + " must not be blank");
    }
  }

  /** Returns a copy of these options with the given engine for matching and blending patches. */
  public ComputeOptions withEngine(String newEngine) {
    return new ComputeOptions(newEngine, backend, device, threads, modelMemory);
  }

  /** Returns a copy of these options with the given backend for diffusion models. */
  public ComputeOptions withBackend(String newBackend) {
    return new ComputeOptions(engine, newBackend, device, threads, modelMemory);
  }

  /** Returns a copy of these options with the given device for models. */
  public ComputeOptions withDevice(String newDevice) {
    return new ComputeOptions(engine, backend, newDevice, threads, modelMemory);
  }

  /** Returns a copy of these options with the given number of CPU threads, at least 1. */
  public ComputeOptions withThreads(int newThreads) {
    return new ComputeOptions(engine, backend, device, newThreads, modelMemory);
  }

  /** Returns a copy of these options with the given memory for one model call, in bytes. */
  public ComputeOptions withModelMemory(long bytes) {
    return new ComputeOptions(engine, backend, device, threads, bytes);
  }

  /**
   * Returns a copy of these options in which every component that has its value from {@link #AUTO}
   * is replaced by that component of {@code defaults}.
   */
  public ComputeOptions withDefaults(ComputeOptions defaults) {
    return new ComputeOptions(
        engine.equals(AUTOMATIC) ? defaults.engine : engine,
        backend.equals(AUTOMATIC) ? defaults.backend : backend,
        device.equals(AUTOMATIC) ? defaults.device : device,
        threads == AUTO.threads ? defaults.threads : threads,
        modelMemory == 0 ? defaults.modelMemory : modelMemory);
  }
}
