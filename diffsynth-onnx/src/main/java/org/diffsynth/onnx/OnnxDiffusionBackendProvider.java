package org.diffsynth.onnx;

import ai.onnxruntime.OrtEnvironment;
import java.io.IOException;
import java.util.Locale;
import java.util.stream.Collectors;
import org.diffsynth.compute.Availability;
import org.diffsynth.compute.ComputeOptions;
import org.diffsynth.onnx.internal.backend.BackendOpener;
import org.diffsynth.onnx.internal.graph.SkeletonCache;
import org.diffsynth.onnx.internal.runtime.Device;
import org.diffsynth.onnx.internal.runtime.OnnxLibrary;
import org.diffsynth.spi.DiffusionBackend;
import org.diffsynth.spi.DiffusionBackendProvider;
import org.diffsynth.spi.DiffusionSettings;

/**
 * Backend for diffusion models of the Stable Diffusion 1.5 family on ONNX Runtime. A model is a
 * folder in the layout of {@code optimum-cli export onnx}.
 *
 * <p>The backend's name is {@code onnx}. Its devices are {@code cpu}, {@code cuda}, {@code
 * tensorrt}, {@code coreml}, {@code directml} and {@code openvino}, if the ONNX Runtime on the
 * class path supports them; {@code auto} is CUDA if it is available, otherwise the CPU. Nothing is
 * written into a model folder. Patched graphs, without weights, are kept in the folder that the
 * system property {@code diffsynth.cache} names; by default they are not kept.
 *
 * <p>Applications do not call this class. ServiceLoader finds it when a pipeline is built.
 */
public final class OnnxDiffusionBackendProvider implements DiffusionBackendProvider {
  private static final int CPU_SPEED = 10;
  private static final int GPU_SPEED = 100;

  /** Creates a provider; ServiceLoader calls this. */
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
      throw new IllegalStateException("backend onnx cannot be used: " + missing.reason());
    }
    return BackendOpener.open(settings, SkeletonCache.configured());
  }

  /** The result of the probe, which runs once. */
  private static final class Probe {
    static final Availability ANSWER = run();

    private static Availability run() {
      if (OnnxLibrary.missing() != null) {
        return new Availability.Missing(OnnxLibrary.missing());
      }
      try {
        String version = OrtEnvironment.getEnvironment().getVersion();
        Device device = Device.of(ComputeOptions.AUTOMATIC);
        String usable =
            Device.usable().stream()
                .map(
                    each ->
                        each.name().toLowerCase(Locale.ROOT) + (each == device ? " (auto)" : ""))
                .collect(Collectors.joining(", "));
        return new Availability.Ready(
            "ONNX Runtime " + version + ", devices: " + usable,
            device == Device.CPU ? CPU_SPEED : GPU_SPEED);
      } catch (LinkageError | RuntimeException e) {
        return new Availability.Missing("ONNX Runtime cannot be used: " + e.getMessage());
      }
    }
  }
}
