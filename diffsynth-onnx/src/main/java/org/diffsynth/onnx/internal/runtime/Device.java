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

/**
 * An execution device of ONNX Runtime. Users name it in lower case, such as {@code cuda}. Whether a
 * device works depends on the ONNX Runtime library on the class path.
 */
public enum Device {
  /** The CPU. Every build of ONNX Runtime has it. */
  CPU(OrtProvider.CPU),
  /** An NVIDIA GPU through CUDA; needs the artifact {@code onnxruntime_gpu} and a driver. */
  CUDA(OrtProvider.CUDA),
  /** An NVIDIA GPU through TensorRT; operators that TensorRT lacks run on CUDA. */
  TENSORRT(OrtProvider.TENSOR_RT),
  /** Apple hardware through Core ML. */
  COREML(OrtProvider.CORE_ML),
  /** A GPU through DirectX 12 on Windows. */
  DIRECTML(OrtProvider.DIRECT_ML),
  /** Intel hardware through OpenVINO. */
  OPENVINO(OrtProvider.OPEN_VINO);

  private final OrtProvider provider;

  Device(OrtProvider provider) {
    this.provider = provider;
  }

  /**
   * Returns the device with a name, in upper or lower case. The name {@code auto} selects CUDA if
   * the ONNX Runtime on the class path contains CUDA and an NVIDIA driver is installed, otherwise
   * the CPU.
   *
   * @throws IllegalStateException if the device cannot be used here; the message has the reason and
   *     the remedy
   * @throws IllegalArgumentException if no device has this name
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
            + ", but was "
            + name);
  }

  /** Returns the devices for which no reason was found that they cannot be used here. */
  public static List<Device> usable() {
    return Arrays.stream(values()).filter(device -> device.missing() == null).toList();
  }

  /**
   * Returns the reason why this device cannot be used here, with a remedy, or null if no reason was
   * found. Loads no driver, so a broken driver is found only when a session is opened.
   */
  public String missing() {
    OnnxLibrary.require();
    Set<OrtProvider> compiled = OrtEnvironment.getAvailableProviders();
    if (!compiled.contains(provider)) {
      return "this build of ONNX Runtime supports only "
          + compiled
          + (this == CUDA || this == TENSORRT
              ? "; use the artifact onnxruntime_gpu instead of onnxruntime"
              : "");
    }
    if ((this == CUDA || this == TENSORRT) && !nvidiaDriver()) {
      return "no NVIDIA driver was found";
    }
    return null;
  }

  /**
   * Whether the operating system shows an NVIDIA driver. ONNX Runtime itself could answer this only
   * after it has unpacked its CUDA libraries (583 MB).
   */
  private static boolean nvidiaDriver() {
    String windows = System.getenv("SystemRoot");
    return List.of("/dev/nvidiactl", "/proc/driver/nvidia/version", "/usr/lib/wsl/lib/libcuda.so.1")
            .stream()
            .anyMatch(path -> Files.exists(Path.of(path)))
        || windows != null && Files.exists(Path.of(windows, "System32", "nvcuda.dll"));
  }

  /** Adds this device's execution provider to the options of a session. */
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
