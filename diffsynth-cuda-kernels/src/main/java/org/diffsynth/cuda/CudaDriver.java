package org.diffsynth.cuda;

import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR;

import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import jcuda.driver.CUdevice;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import org.diffsynth.compute.BackendException;

/**
 * The NVIDIA driver of this machine and its GPUs. Finding them creates no context and allocates no
 * device memory. The search runs once in a process, because a driver class that failed to load
 * cannot be loaded again.
 */
final class CudaDriver {

  /** The oldest supported CUDA version of a driver: 12.0. The PTX itself loads from 11.8 on. */
  private static final int OLDEST_DRIVER = 12_000;

  private static final int OLDEST_CAPABILITY = 75;
  private static final int NAME_BYTES = 256;

  private static CudaDriver found;

  private final String missing;
  private final int version;
  private final List<Gpu> gpus;

  /**
   * An NVIDIA GPU that the driver lists.
   *
   * @param number number of the device, from 0, as in {@code cuda:1}
   * @param name name by the driver
   * @param capability compute capability times ten, such as 75 for 7.5
   */
  record Gpu(int number, String name, int capability) {

    /** Returns whether the kernels run on this GPU. */
    boolean isUsable() {
      return capability >= OLDEST_CAPABILITY;
    }
  }

  private CudaDriver(String missing, int version, List<Gpu> gpus) {
    this.missing = missing;
    this.version = version;
    this.gpus = gpus;
  }

  /** Returns the driver of this machine; {@link #missing} tells whether it can be used. */
  static synchronized CudaDriver find() {
    if (found == null) {
      found = look();
    }
    return found;
  }

  /** Returns why no GPU can be used and what to do about it, or null if one can. */
  String missing() {
    return missing;
  }

  /** Returns the highest CUDA version that the driver supports, such as 12040 for 12.4. */
  int version() {
    return version;
  }

  /** Returns all devices, including those that are too old. */
  List<Gpu> gpus() {
    return gpus;
  }

  private static CudaDriver look() {
    try {
      NativeLibrary.load("JCudaDriver", () -> JCudaDriver.setExceptionsEnabled(false));
      return ask();
    } catch (LinkageError e) {
      return unusable(whyNotLoaded(String.valueOf(e.getMessage())));
    } catch (BackendException | UncheckedIOException e) {
      return unusable(e.getMessage());
    }
  }

  private static CudaDriver ask() {
    int result = JCudaDriver.cuInit(0);
    if (result != CUresult.CUDA_SUCCESS) {
      return unusable(whyNotStarted(result));
    }
    int[] number = new int[1];
    check("cuDriverGetVersion", JCudaDriver.cuDriverGetVersion(number));
    int version = number[0];
    if (version < OLDEST_DRIVER) {
      return unusable(tooOld(version));
    }
    check("cuDeviceGetCount", JCudaDriver.cuDeviceGetCount(number));
    List<Gpu> gpus = new ArrayList<>();
    for (int i = 0; i < number[0]; i++) {
      gpus.add(describe(i));
    }
    if (gpus.isEmpty()) {
      return unusable(whyNotStarted(CUresult.CUDA_ERROR_NO_DEVICE));
    }
    return gpus.stream().anyMatch(Gpu::isUsable)
        ? new CudaDriver(null, version, List.copyOf(gpus))
        : unusable(tooWeak(gpus));
  }

  private static Gpu describe(int number) {
    CUdevice device = new CUdevice();
    check("cuDeviceGet", JCudaDriver.cuDeviceGet(device, number));
    byte[] name = new byte[NAME_BYTES];
    check("cuDeviceGetName", JCudaDriver.cuDeviceGetName(name, name.length, device));
    int length = 0;
    while (length < name.length && name[length] != 0) {
      length++;
    }
    return new Gpu(
        number,
        new String(name, 0, length, StandardCharsets.UTF_8),
        10 * attribute(device, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR)
            + attribute(device, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR));
  }

  private static int attribute(CUdevice device, int attribute) {
    int[] value = new int[1];
    check("cuDeviceGetAttribute", JCudaDriver.cuDeviceGetAttribute(value, attribute, device));
    return value[0];
  }

  private static void check(String call, int result) {
    if (result != CUresult.CUDA_SUCCESS) {
      throw new BackendException(
          String.format(
              Locale.ROOT,
              "the NVIDIA driver does not answer (%s: %s): check nvidia-smi, or restart",
              call,
              CUresult.stringFor(result)));
    }
  }

  private static CudaDriver unusable(String reason) {
    return new CudaDriver(reason, 0, List.of());
  }

  /** Explains a failure to load the native library of JCuda. */
  static String whyNotLoaded(String message) {
    if (message.contains("libcuda.so") || message.contains("nvcuda.dll")) {
      return "there is no NVIDIA driver: install version 525 or newer, or in a container pass the"
          + " GPU through (docker run --gpus all)";
    }
    String firstLine = message.lines().findFirst().orElse(message);
    return "JCuda's native library does not load: it runs on Linux and Windows on x86-64, and its"
        + " library is in org.jcuda:jcuda-natives, which diffsynth-cuda-kernels brings along ("
        + firstLine
        + ")";
  }

  /** Explains a failure of cuInit. */
  static String whyNotStarted(int result) {
    return switch (result) {
      case CUresult.CUDA_ERROR_NO_DEVICE ->
          "the NVIDIA driver finds no GPU: check nvidia-smi, and that CUDA_VISIBLE_DEVICES ("
              + System.getenv().getOrDefault("CUDA_VISIBLE_DEVICES", "not set")
              + ") does not hide it";
      case CUresult.CUDA_ERROR_SYSTEM_DRIVER_MISMATCH ->
          "the NVIDIA driver was updated while its old module is loaded: restart the machine";
      default ->
          String.format(
              Locale.ROOT,
              "the NVIDIA driver does not start (%s): check nvidia-smi, reinstall the driver or restart",
              CUresult.stringFor(result));
    };
  }

  /** Explains that the driver is too old. */
  static String tooOld(int version) {
    return String.format(
        Locale.ROOT,
        "the NVIDIA driver runs CUDA %d.%d at most, 12.0 is needed: install version 525 or newer",
        version / 1000,
        version % 1000 / 10);
  }

  /** Explains that the GPUs are too old. */
  static String tooWeak(List<Gpu> gpus) {
    Gpu first = gpus.get(0);
    return String.format(
        Locale.ROOT,
        "%s has compute capability %d.%d, 7.5 is needed: a GPU of the Turing generation or newer",
        first.name(),
        first.capability() / 10,
        first.capability() % 10);
  }
}
