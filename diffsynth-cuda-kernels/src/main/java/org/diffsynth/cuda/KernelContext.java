package org.diffsynth.cuda;

import static jcuda.driver.CUresult.CUDA_SUCCESS;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntSupplier;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUfunction;
import jcuda.driver.CUmodule;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import org.diffsynth.compute.BackendException;
import org.diffsynth.compute.Closer;

/**
 * The primary context of a GPU, with the kernels loaded into it. Other CUDA libraries of the
 * process share the primary context.
 *
 * <p>Creating the context and loading the kernels takes longer than blending a short clip, so both
 * stay for the rest of the process. A failed call may have damaged the context for good. After a
 * failure, the context is released when the last device that uses it closes, and the next device
 * creates a new one.
 */
final class KernelContext {

  private static final Map<Integer, KernelContext> OF_GPU = new HashMap<>();

  private final CudaDriver.Gpu gpu;
  private final CUdevice device = new CUdevice();
  private final CUcontext context = new CUcontext();
  private final CUmodule module = new CUmodule();
  private final Map<Kernel, CUfunction> functions = new EnumMap<>(Kernel.class);
  private int users;
  private boolean broken;

  private KernelContext(CudaDriver.Gpu gpu) {
    this.gpu = gpu;
    check("cuDeviceGet", JCudaDriver.cuDeviceGet(device, gpu.number()));
    check("cuDevicePrimaryCtxRetain", JCudaDriver.cuDevicePrimaryCtxRetain(context, device));
    try (Closer closer = new Closer()) {
      closer.add(this::release); // releasing the context also unloads the module
      call("cuModuleLoadData", () -> JCudaDriver.cuModuleLoadData(module, KernelModule.ptx()));
      for (Kernel kernel : Kernel.values()) {
        CUfunction function = new CUfunction();
        call(
            "cuModuleGetFunction of " + kernel.entry(),
            () -> JCudaDriver.cuModuleGetFunction(function, module, kernel.entry()));
        functions.put(kernel, function);
      }
      closer.keepOpen();
    }
  }

  /**
   * Returns the context of a GPU, created if there is none, and counts one more user.
   *
   * @return the context; its user calls {@link #leave} once
   */
  static KernelContext join(CudaDriver.Gpu gpu) {
    synchronized (OF_GPU) {
      KernelContext loaded = OF_GPU.get(gpu.number());
      if (loaded == null) {
        loaded = new KernelContext(gpu);
        OF_GPU.put(gpu.number(), loaded);
      }
      loaded.users++;
      return loaded;
    }
  }

  /** Ends one use of this context. The last use of a broken context releases it. */
  void leave() {
    synchronized (OF_GPU) {
      users--;
      if (broken && users == 0) {
        release();
      }
    }
  }

  private void release() {
    check("cuDevicePrimaryCtxRelease", JCudaDriver.cuDevicePrimaryCtxRelease(device));
  }

  /** Marks this context as broken. Devices that are opened later create a new context. */
  void markBroken() {
    synchronized (OF_GPU) {
      broken = true;
      OF_GPU.remove(gpu.number(), this);
    }
  }

  /** Returns the name of the device, such as {@code "NVIDIA H200 (cuda:0)"}. */
  String name() {
    return String.format(Locale.ROOT, "%s (cuda:%d)", gpu.name(), gpu.number());
  }

  /** Returns the loaded function of a kernel. */
  CUfunction function(Kernel kernel) {
    return functions.get(kernel);
  }

  /** Runs a driver call with this context current on the calling thread, and returns its result. */
  int inContext(IntSupplier driverCall) {
    check("cuCtxPushCurrent", JCudaDriver.cuCtxPushCurrent(context));
    int result;
    int popped;
    try {
      result = driverCall.getAsInt();
    } finally {
      popped = JCudaDriver.cuCtxPopCurrent(new CUcontext());
    }
    return result == CUDA_SUCCESS ? popped : result;
  }

  private void call(String what, IntSupplier driverCall) {
    check(what, inContext(driverCall));
  }

  private void check(String what, int result) {
    if (result != CUDA_SUCCESS) {
      throw failure(what, result);
    }
  }

  /**
   * Returns the exception for a failed call; the message names the call, the device and the error.
   */
  BackendException failure(String what, int result) {
    String[] description = new String[1];
    JCudaDriver.cuGetErrorString(result, description);
    return new BackendException(
        String.format(
            Locale.ROOT,
            "%s failed on %s: %s, %s",
            what,
            name(),
            CUresult.stringFor(result),
            description[0]));
  }
}
