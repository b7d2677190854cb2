package org.diffsynth.compute;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import org.diffsynth.internal.text.Text;

/**
 * Choice of hardware and implementations for a computation: which implementations to use, on which
 * device, with how many CPU threads and how much memory.
 *
 * <p>A pipeline passes its compute options to everything it runs: the diffusion model, the
 * deflicker inside the denoising loop, the frame pull and key-frame interpolation. None of these
 * settings changes a result, except for rounding inside the model; matching and blending give
 * identical bytes for all of them.
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
 * @param memory limits of memory and disk space
 * @param engineInstance engine to use instead of one that is found by its name; default empty
 */
public record ComputeOptions(
    String engine,
    String backend,
    String device,
    int threads,
    Memory memory,
    Optional<Engine> engineInstance) {

  /** The name that selects the fastest engine, backend or device that can run on this machine. */
  public static final String AUTOMATIC = "auto";

  /** The fastest engine, backend and device, with one thread per processor. */
  public static final ComputeOptions AUTO =
      new ComputeOptions(
          AUTOMATIC,
          AUTOMATIC,
          AUTOMATIC,
          Runtime.getRuntime().availableProcessors(),
          Memory.DEFAULT,
          Optional.empty());

  /**
   * An engine that matches and blends patches, as users choose it. Engines implement its extension
   * {@code org.diffsynth.spi.PatchMatcherProvider}.
   */
  public interface Engine {

    /** Returns the name by which users choose the engine, such as {@code "cpu"}. */
    String name();

    /**
     * Says whether the engine can run on this machine. Never throws: a missing driver is an answer.
     * Cheap after the first call.
     */
    Availability probe();
  }

  /**
   * Creates a {@code ComputeOptions} from its components.
   *
   * @throws IllegalArgumentException if a component is outside its documented range
   */
  public ComputeOptions {
    checkName("engine", engine);
    checkName("backend", backend);
    checkName("device", device);
    Objects.requireNonNull(memory, "memory");
    Objects.requireNonNull(engineInstance, "engineInstance");
    if (threads < 1) {
      throw new IllegalArgumentException("threads must be at least 1, but was " + threads);
    }
  }

  private static void checkName(String argument, String name) {
    Objects.requireNonNull(name, argument);
    if (name.isBlank()) {
      throw new IllegalArgumentException(argument + " must not be blank");
    }
  }

  /**
   * Limits of memory and disk space. A limit that is too low for the work makes it slower; it never
   * changes the result.
   *
   * @param modelCall memory for the activations of one call of the diffusion model, in bytes; 0, or
   *     at least 1 MiB. It decides how many frames are evaluated together. The default, 0, lets the
   *     backend decide
   * @param framesPerCall largest number of frames in one call of the diffusion model, at least 1;
   *     0, the default, derives the number from {@code modelCall}. Cross-frame attention of the
   *     mode {@code JOINT} evaluates a window in one call, whatever its size
   * @param guidanceInTwoCalls whether the two branches of classifier-free guidance are evaluated
   *     one after the other, which halves the memory of a model call; default false
   * @param fieldCache disk space for correspondences that one deflicker step finds and later steps
   *     of the same run use again, in bytes: a temporary file of 4 bytes per pixel and field.
   *     Default 2 GiB; with 0, each step searches again
   * @param temporaryFolder folder for the temporary files of a pipeline: frames, correspondences,
   *     changed weights and the copy of a bundled model. It must exist. Default empty, the folder
   *     of the JVM ({@code java.io.tmpdir})
   */
  public record Memory(
      long modelCall,
      int framesPerCall,
      boolean guidanceInTwoCalls,
      long fieldCache,
      Optional<Path> temporaryFolder) {

    /** The backend decides about model calls; 2 GiB of disk space for correspondences. */
    public static final Memory DEFAULT = new Memory(0, 0, false, 2L << 30, Optional.empty());

    private static final long MIN_MODEL_CALL = 1L << 20;

    /**
     * Creates a {@code Memory} from its components.
     *
     * @throws IllegalArgumentException if a component is outside its documented range
     */
    public Memory {
      if (modelCall != 0 && modelCall < MIN_MODEL_CALL) {
        throw new IllegalArgumentException(
            Text.format(
                "modelCall must be 0 or at least %d bytes, but was %d", MIN_MODEL_CALL, modelCall));
      }
      if (framesPerCall < 0) {
        throw new IllegalArgumentException(
            "framesPerCall must be at least 1, or 0 for automatic, but was " + framesPerCall);
      }
      if (fieldCache < 0) {
        throw new IllegalArgumentException("fieldCache must be at least 0, but was " + fieldCache);
      }
      Objects.requireNonNull(temporaryFolder, "temporaryFolder");
    }

    /** Returns a copy of these limits with the given memory for one model call, in bytes. */
    public Memory withModelCall(long bytes) {
      return new Memory(bytes, framesPerCall, guidanceInTwoCalls, fieldCache, temporaryFolder);
    }

    /** Returns a copy of these limits with the given number of frames in one model call. */
    public Memory withFramesPerCall(int frames) {
      return new Memory(modelCall, frames, guidanceInTwoCalls, fieldCache, temporaryFolder);
    }

    /** Returns a copy of these limits that evaluates the branches of guidance together or not. */
    public Memory withGuidanceInTwoCalls(boolean twoCalls) {
      return new Memory(modelCall, framesPerCall, twoCalls, fieldCache, temporaryFolder);
    }

    /** Returns a copy of these limits with the given disk space for correspondences, in bytes. */
    public Memory withFieldCache(long bytes) {
      return new Memory(modelCall, framesPerCall, guidanceInTwoCalls, bytes, temporaryFolder);
    }

    /** Returns a copy of these limits with the given folder for temporary files. */
    public Memory withTemporaryFolder(Path folder) {
      return new Memory(
          modelCall, framesPerCall, guidanceInTwoCalls, fieldCache, Optional.of(folder));
    }

    /** Returns the folder for temporary files: the one that was set, or that of the JVM. */
    public Path temporaryPath() {
      return temporaryFolder.orElseGet(() -> Path.of(System.getProperty("java.io.tmpdir")));
    }
  }

  /** Returns a copy of these options with the given engine for matching and blending patches. */
  public ComputeOptions withEngine(String newEngine) {
    return new ComputeOptions(newEngine, backend, device, threads, memory, Optional.empty());
  }

  /**
   * Returns a copy of these options with an engine that need not be found by {@link
   * java.util.ServiceLoader}.
   *
   * @param provider a {@code PatchMatcherProvider}
   */
  public ComputeOptions withEngine(Engine provider) {
    return new ComputeOptions(
        provider.name(), backend, device, threads, memory, Optional.of(provider));
  }

  /** Returns a copy of these options with the given backend for diffusion models. */
  public ComputeOptions withBackend(String newBackend) {
    return new ComputeOptions(engine, newBackend, device, threads, memory, engineInstance);
  }

  /** Returns a copy of these options with the given device for models. */
  public ComputeOptions withDevice(String newDevice) {
    return new ComputeOptions(engine, backend, newDevice, threads, memory, engineInstance);
  }

  /** Returns a copy of these options with the given number of CPU threads, at least 1. */
  public ComputeOptions withThreads(int newThreads) {
    return new ComputeOptions(engine, backend, device, newThreads, memory, engineInstance);
  }

  /** Returns a copy of these options with the given limits of memory and disk space. */
  public ComputeOptions withMemory(Memory newMemory) {
    return new ComputeOptions(engine, backend, device, threads, newMemory, engineInstance);
  }

  /** Returns a copy of these options with the given memory for one model call, in bytes. */
  public ComputeOptions withModelMemory(long bytes) {
    return withMemory(memory.withModelCall(bytes));
  }

  /** Returns a copy of these options with the given number of frames in one model call. */
  public ComputeOptions withFramesPerCall(int frames) {
    return withMemory(memory.withFramesPerCall(frames));
  }

  /** Returns a copy of these options that evaluates the branches of guidance together or not. */
  public ComputeOptions withGuidanceInTwoCalls(boolean twoCalls) {
    return withMemory(memory.withGuidanceInTwoCalls(twoCalls));
  }

  /** Returns a copy of these options with the given disk space for correspondences, in bytes. */
  public ComputeOptions withFieldCache(long bytes) {
    return withMemory(memory.withFieldCache(bytes));
  }

  /**
   * Returns a copy of these options with the given folder for the temporary files of a pipeline,
   * which must exist. Native libraries are unpacked elsewhere, once for the process.
   */
  public ComputeOptions withTemporaryFolder(Path folder) {
    return withMemory(memory.withTemporaryFolder(folder));
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
        memory.equals(Memory.DEFAULT) ? defaults.memory : memory,
        engine.equals(AUTOMATIC) ? defaults.engineInstance : engineInstance);
  }
}
