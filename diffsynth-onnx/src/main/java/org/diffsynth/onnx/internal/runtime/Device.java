package org.diffsynth.onnx.internal.runtime;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtProvider;
import ai.onnxruntime.OrtSession;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.diffsynth.compute.ComputeOptions;

/** Where ONNX Runtime computes. */
public enum Device {
  /** The processor. */
  CPU(OrtProvider.CPU),
  /** An NVIDIA GPU. */
  CUDA(OrtProvider.CUDA),
  /** An NVIDIA GPU through TensorRT. */
  TENSORRT(OrtProvider.TENSOR_RT),
  /** Apple's Core ML. */
  COREML(OrtProvider.CORE_ML),
  /** DirectX 12 on Windows. */
  DIRECTML(OrtProvider.DIRECT_ML),
  /** Intel's OpenVINO. */
  OPENVINO(OrtProvider.OPEN_VINO);

  private final OrtProvider provider;

  Device(OrtProvider provider) {
    this.provider = provider;
  }

  /**
   * The device a user names; {@code "auto"} is CUDA where the library has it and a driver is there,
   * else the CPU.
   *
   * @throws IllegalStateException if it cannot work here, with the reason and the remedy
   */
  public static Device of(String name) {
    if (name.equals(ComputeOptions.AUTOMATIC)) {
      return CUDA.missing() == null ? CUDA : CPU;
    }
    for (Device device : values()) {
      if (device.name().equals(name.toUpperCase(Locale.ROOT))) {
        String missing = device.missing();
        if (missing != null) {
          throw new IllegalStateException("device '" + name + "' cannot be used: " + missing);
        }
        return device;
      }
    }
    throw new IllegalArgumentException(
        "device must be auto or one of "
            + Arrays.stream(values())
                .map(device -> device.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", "))
            + ", was "
            + name);
  }

  /** Why it cannot work here, or null if nothing speaks against it. Loads no driver. */
  public String missing() {
    Set<OrtProvider> compiled = OrtEnvironment.getAvailableProviders();
    if (!compiled.contains(provider)) {
      return "this build of ONNX Runtime has "
          + compiled
          + " only"
          + (this == CUDA || this == TENSORRT
              ? "; put onnxruntime_gpu on the class path instead of onnxruntime"
              : "");
    }
    if ((this == CUDA || this == TENSORRT) && !nvidiaDriver()) {
      return "no NVIDIA driver was found";
    }
    return null;
  }

  /**
   * Whether the operating system shows an NVIDIA driver; asking ONNX Runtime would unpack 583 MB.
   */
  private static boolean nvidiaDriver() {
    String windows = System.getenv("SystemRoot");
    return List.of("/dev/nvidiactl", "/proc/driver/nvidia/version", "/usr/lib/wsl/lib/libcuda.so.1")
            .stream()
            .anyMatch(path -> Files.exists(Path.of(path)))
        || windows != null && Files.exists(Path.of(windows, "System32", "nvcuda.dll"));
  }

  /** Asks a session to compute here. */
  void configure(OrtSession.SessionOptions options) throws OrtException {
    switch (this) {
      case CPU -> {}
      case CUDA -> options.addCUDA(0);
      case TENSORRT -> {
        options.addTensorrt(0);
        options.addCUDA(0);
      }
      case COREML -> options.addCoreML();
      case DIRECTML -> options.addDirectML(0);
      case OPENVINO -> options.addOpenVINO("");
    }
  }
}
