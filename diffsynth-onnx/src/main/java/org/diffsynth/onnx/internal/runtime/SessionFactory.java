package org.diffsynth.onnx.internal.runtime;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import org.diffsynth.compute.BackendException;
import org.diffsynth.compute.Closer;
import org.diffsynth.onnx.internal.graph.OnnxSkeleton;
import org.diffsynth.onnx.internal.proto.ModelProto;

/**
 * Opens the sessions of one backend, all with the same device, threads and owner thread. Sessions
 * compute deterministically, keep no memory patterns (which grow with every new input size), and
 * log errors only.
 *
 * @param thread the thread that runs every session opened here; the factory does not close it
 * @param device execution device
 * @param threads threads that one model run uses on the CPU; at least 1
 */
public record SessionFactory(OrtThread thread, Device device, int threads) {

  /**
   * Opens a session. Weights stay in the model's files and are read by ONNX Runtime, except those
   * that {@link OnnxSkeleton#deltas} changes. Call this on {@link #thread} only.
   *
   * @return the session; the caller closes it
   * @throws BackendException if ONNX Runtime rejects the model or a changed weight cannot be read
   */
  public ModelSession open(OnnxSkeleton skeleton) {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions();
        Closer merged = new Closer()) {
      options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
      options.setMemoryPatternOptimization(false);
      options.setDeterministicCompute(true);
      options.setIntraOpNumThreads(threads);
      options.addConfigEntry(
          "session.model_external_initializers_file_folder_path", skeleton.dataFolder().toString());
      device.configure(options);
      ModelProto model = MergedWeights.apply(skeleton, options, merged);
      OrtSession session = environment.createSession(model.toByteArray(), options);
      try {
        return new ModelSession(skeleton.file(), thread, session);
      } catch (OrtException | RuntimeException e) {
        session.close();
        throw e;
      }
    } catch (OrtException e) {
      throw new BackendException(
          skeleton.file() + " was rejected by ONNX Runtime: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new BackendException(
          skeleton.file() + ": weights cannot be changed: " + e.getMessage(), e);
    }
  }
}
