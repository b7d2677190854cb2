package org.diffsynth.onnx.internal.runtime;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.nio.file.Path;
import org.diffsynth.compute.BackendException;
import org.diffsynth.compute.Closer;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.onnx.internal.graph.OnnxSkeleton;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the sessions of one backend, all with the same device, threads and owner thread. Sessions
 * compute deterministically, keep no memory patterns (which grow with every new input size), and
 * log errors only.
 *
 * @param thread the thread that runs every session opened here; the factory does not close it
 * @param device execution device
 * @param threads threads that one model run uses on the CPU; at least 1
 */
public record SessionFactory(OrtThread thread, Device device, int threads, Path temporary) {
  private static final Logger LOG = LoggerFactory.getLogger(SessionFactory.class);

  /** Opens sessions and combines them into one object. */
  @FunctionalInterface
  public interface Opening<T> {
    /**
     * Opens the sessions; called on the factory's thread.
     *
     * @return the object, which from now on owns the sessions and the thread
     */
    T open(SessionFactory sessions) throws OrtException;
  }

  /**
   * Starts a thread and opens sessions on it. With the device {@code auto}, a GPU that fails is
   * reported in the log, and the sessions are opened on the CPU instead. If opening fails, the
   * thread ends.
   *
   * @param compute device and number of threads
   * @param action description for errors, such as {@code "opening model.onnx"}
   * @throws BackendException if the sessions cannot be opened
   * @throws IllegalStateException if the device cannot be used on this machine
   */
  public static <T> T open(ComputeOptions compute, String action, Opening<T> opening) {
    Device device = Device.of(compute.device());
    try {
      return open(device, compute, action, opening);
    } catch (BackendException e) {
      if (!compute.device().equals(ComputeOptions.AUTOMATIC) || device == Device.CPU) {
        throw e;
      }
      LOG.warn("{} cannot be used, so the CPU is used instead: {}", device, e.getMessage());
      return open(Device.CPU, compute, action, opening);
    }
  }

  private static <T> T open(
      Device device, ComputeOptions compute, String action, Opening<T> opening) {
    OnnxLibrary.require();
    OrtThread thread = new OrtThread();
    try {
      return thread.call(
          OrtThread.UNSTOPPABLE,
          action,
          () ->
              opening.open(
                  new SessionFactory(
                      thread, device, compute.threads(), compute.memory().temporaryPath())));
    } catch (RuntimeException | Error e) {
      thread.close(() -> {});
      throw e;
    }
  }

  /**
   * Opens a session. Weights stay in the model's files and are read by ONNX Runtime, except those
   * that {@link OnnxSkeleton#deltas} changes. Call this on {@link #thread} only.
   *
   * @return the session; the caller closes it
   * @throws BackendException if ONNX Runtime rejects the model or a changed weight cannot be read
   */
  public ModelSession open(OnnxSkeleton skeleton) {
    try (Closer closer = new Closer()) {
      MergedWeights weights = closer.add(MergedWeights.of(skeleton, temporary));
      OrtSession session = closer.add(create(skeleton, weights));
      ModelSession opened = new ModelSession(skeleton.file(), thread, session, weights);
      closer.keepOpen();
      return opened;
    } catch (OrtException e) {
      throw new BackendException(
          skeleton.file() + " was rejected by ONNX Runtime: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new BackendException(
          skeleton.file() + ": weights cannot be changed: " + e.getMessage(), e);
    }
  }

  private OrtSession create(OnnxSkeleton skeleton, MergedWeights weights) throws OrtException {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions();
        Closer tensors = new Closer()) {
      options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
      options.setMemoryPatternOptimization(false);
      options.setDeterministicCompute(true);
      options.setIntraOpNumThreads(threads);
      options.addConfigEntry(
          "session.model_external_initializers_file_folder_path", skeleton.dataFolder().toString());
      device.configure(options);
      weights.addTo(options, tensors);
      return OrtEnvironment.getEnvironment().createSession(weights.model().toByteArray(), options);
    }
  }
}
