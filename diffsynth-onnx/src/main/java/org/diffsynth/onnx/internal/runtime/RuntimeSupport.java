package org.diffsynth.onnx.internal.runtime;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.diffsynth.internal.text.Text;
import org.diffsynth.onnx.internal.graph.OnnxSkeleton;

/**
 * Whether ONNX Runtime accepts the ONNX version of a model. It is asked with a graph of one node,
 * before any weight is loaded.
 */
public final class RuntimeSupport {
  private static final Map<OnnxSkeleton.Version, String> REFUSALS = new ConcurrentHashMap<>();

  private RuntimeSupport() {}

  /**
   * Checks the version of a model.
   *
   * @return the model
   * @throws IOException if ONNX Runtime refuses models of this version
   */
  public static OnnxSkeleton check(OnnxSkeleton model) throws IOException {
    OnnxSkeleton.Version version = model.version();
    String refusal =
        version.opset() == 0 ? "" : REFUSALS.computeIfAbsent(version, RuntimeSupport::ask);
    if (!refusal.isEmpty()) {
      throw new IOException(
          Text.format(
              "%s needs ONNX operators of version %d (file format %d), which ONNX Runtime %s does not"
                  + " support: export the model again with an older version, such as --opset 17 (%s)",
              model.file(),
              version.opset(),
              version.format(),
              OrtEnvironment.getEnvironment().getVersion(),
              refusal));
    }
    return model;
  }

  private static String ask(OnnxSkeleton.Version version) {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      OrtEnvironment.getEnvironment().createSession(version.example(), options).close();
      return "";
    } catch (OrtException e) {
      return e.getMessage() == null ? "refused" : e.getMessage();
    }
  }
}
