package org.diffsynth.onnx;

import ai.onnxruntime.OrtEnvironment;
import java.io.IOException;
import java.util.Locale;
import org.diffsynth.compute.Availability;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.onnx.internal.backend.BackendOpener;
import org.diffsynth.onnx.internal.graph.SkeletonCache;
import org.diffsynth.onnx.internal.runtime.Device;
import org.diffsynth.spi.DiffusionBackend;
import org.diffsynth.spi.DiffusionBackendProvider;
import org.diffsynth.spi.DiffusionSettings;

/**
 * Stable Diffusion 1.5 class models on ONNX Runtime, from folders in the layout of {@code
 * optimum-cli export onnx}.
 *
 * <p>Devices: {@code auto}, {@code cpu}, {@code cuda}, {@code tensorrt}, {@code coreml}, {@code
 * directml}, {@code openvino}, as far as the ONNX Runtime on the class path has them. Nothing is
 * written into a model's folder; patched graphs, without weights, are kept in the user's cache
 * folder.
 */
public final class OnnxDiffusionBackendProvider implements DiffusionBackendProvider {
  private static final int CPU_SPEED = 10;
  private static final int GPU_SPEED = 100;

  /** For ServiceLoader. */
  public OnnxDiffusionBackendProvider() {}

  @Override
  public String name() {
    return "onnx";
  }

  @Override
  public Availability probe() {
    return Probe.ANSWER;
  }

  @Override
  public DiffusionBackend open(DiffusionSettings settings) throws IOException {
    if (probe() instanceof Availability.Missing missing) {
      throw new IllegalStateException("onnx cannot be used: " + missing.reason());
    }
    return BackendOpener.open(settings, SkeletonCache.ofUser());
  }

  /** The answer, found once. */
  private static final class Probe {
    static final Availability ANSWER = ask();

    private static Availability ask() {
      try {
        String version = OrtEnvironment.getEnvironment().getVersion();
        Device device = Device.of(ComputeOptions.AUTOMATIC);
        return new Availability.Ready(
            "ONNX Runtime " + version + ", " + device.name().toLowerCase(Locale.ROOT),
            device == Device.CPU ? CPU_SPEED : GPU_SPEED);
      } catch (LinkageError | RuntimeException e) {
        return new Availability.Missing(
            "ONNX Runtime could not be loaded: "
                + e.getMessage()
                + "; its library exists for Linux, macOS and Windows on x86-64 and arm64");
      }
    }
  }
}
