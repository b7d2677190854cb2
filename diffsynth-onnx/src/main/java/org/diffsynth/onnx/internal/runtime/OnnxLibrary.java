package org.diffsynth.onnx.internal.runtime;

import ai.onnxruntime.OrtEnvironment;
import org.diffsynth.internal.host.TemporaryFolder;

/**
 * The native library of ONNX Runtime. It loads once in a process, because its classes cannot be
 * initialised again after a failure; the reason of a failure is kept.
 */
public final class OnnxLibrary {
  private static final String MISSING = load();

  private OnnxLibrary() {}

  /** Returns why the library does not load and what to do about it, or null if it is loaded. */
  public static String missing() {
    return MISSING;
  }

  /**
   * Loads the library, if this did not happen before.
   *
   * @throws IllegalStateException with the reason and a remedy, if it does not load
   */
  public static void require() {
    if (MISSING != null) {
      throw new IllegalStateException(MISSING);
    }
  }

  private static String load() {
    try {
      OrtEnvironment.getEnvironment();
      return null;
    } catch (LinkageError | RuntimeException e) {
      String reason =
          TemporaryFolder.whyNotLoaded(e, TemporaryFolder.path(), TemporaryFolder.SETTING);
      return "ONNX Runtime could not be loaded: "
          + (reason == null
              ? deepest(e)
                  + "; its library exists for Linux on x86-64 and arm64, macOS on arm64, and Windows on x86-64"
              : reason);
    }
  }

  private static String deepest(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause.toString();
  }
}
