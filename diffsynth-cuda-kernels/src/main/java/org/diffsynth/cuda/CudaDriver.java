package org.diffsynth.cuda;

import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR;

import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import jcuda.driver.CUdevice;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import org.diffsynth.compute.BackendException;

/**
 * What the NVIDIA driver of this machine offers. Looking makes no context and takes no memory of a
 * device; it is done once, since a driver class that failed to load cannot be tried again.
 */
final class CudaDriver {

  /** The PTX asks for 11.8; 12.0 is the oldest the project claims. */
  private static final int OLDEST_DRIVER = 12_000;

  private static final int OLDEST_CAPABILITY = 75;
  private static final int NAME_BYTES = 256;

  private static CudaDriver found;

  private final String missing;
  private final int version;
  private final List<Gpu> gpus;

  /**
   * One device.
   *
   * @param capability ten times the major compute capability plus the minor
   */
  record Gpu(int number, String name, int capability) {

    boolean isUsable() {
      return capability >= OLDEST_CAPABILITY;
    }
  }

  private CudaDriver(String missing, int version, List<Gpu> gpus) {
    this.missing = missing;
    this.version = version;
    this.gpus = gpus;
  }

  /** The driver of this machine. */
  static synchronized CudaDriver find() {
    if (found == null) {
      found = look();
    }
    return found;
  }

  /** Why nothing can run and what to do about it; null when something can. */
  String missing() {
    return missing;
  }

  /** Highest CUDA version the driver runs, such as 12040 for 12.4. */
  int version() {
    return version;
  }

  /** All devices, usable or not. */
  List<Gpu> gpus() {
    return gpus;
  }

  private static CudaDriver look() {
    try {
      NativesFolder.during(() -> JCudaDriver.setExceptionsEnabled(false));
      return ask();
    } catch (LinkageError e) {
      return unusable(whyNotLoaded(String.valueOf(e.getMessage())));
    } catch (BackendException e) {
      return unusable(e.getMessage());
    } catch (UncheckedIOException e) {
      return unusable(e.getMessage() + "; set -Djava.io.tmpdir to a folder that can be written");
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
          "the NVIDIA driver does not answer (%s: %s): check nvidia-smi, or restart"
              .formatted(call, CUresult.stringFor(result)));
    }
  }

  private static CudaDriver unusable(String reason) {
    return new CudaDriver(reason, 0, List.of());
  }

  /** What a failure to load JCuda's native library means. */
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

  /** What a failure of cuInit means. */
  static String whyNotStarted(int result) {
    return switch (result) {
      case CUresult.CUDA_ERROR_NO_DEVICE ->
          "the NVIDIA driver finds no GPU: check nvidia-smi, and that CUDA_VISIBLE_DEVICES ("
              + System.getenv().getOrDefault("CUDA_VISIBLE_DEVICES", "not set")
              + ") does not hide it";
      case CUresult.CUDA_ERROR_SYSTEM_DRIVER_MISMATCH ->
          "the NVIDIA driver was updated while its old module is loaded: restart the machine";
      default ->
          "the NVIDIA driver does not start (%s): check nvidia-smi, reinstall the driver or restart"
              .formatted(CUresult.stringFor(result));
    };
  }

  /** What a driver version below the oldest means. */
  static String tooOld(int version) {
    return "the NVIDIA driver runs CUDA %d.%d at most, 12.0 is needed: install version 525 or newer"
        .formatted(version / 1000, version % 1000 / 10);
  }

  /** What devices below the oldest mean. */
  static String tooWeak(List<Gpu> gpus) {
    Gpu first = gpus.get(0);
    return "%s has compute capability %d.%d, 7.5 is needed: a GPU of the Turing generation or newer"
        .formatted(first.name(), first.capability() / 10, first.capability() % 10);
  }
}
