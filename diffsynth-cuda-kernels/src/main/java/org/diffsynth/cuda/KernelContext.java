package org.diffsynth.cuda;

import static jcuda.driver.CUresult.CUDA_SUCCESS;

import java.util.EnumMap;
import java.util.HashMap;
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
 * The primary context of a GPU, which other CUDA libraries of the process share, with the kernels
 * compiled for it. Making both takes longer than blending a short clip, so once made they stay for
 * the rest of the process. After a failure, which may have broken the context for good, they are
 * given back when the last device on them closes, and the next one starts anew.
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

  /** Those of a GPU, for one more device; it calls {@link #leave} when it closes. */
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

  /** A device is closed. */
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

  /** No device joins these from now on. */
  void markBroken() {
    synchronized (OF_GPU) {
      broken = true;
      OF_GPU.remove(gpu.number(), this);
    }
  }

  /** Such as {@code "NVIDIA H200 (cuda:0)"}. */
  String name() {
    return "%s (cuda:%d)".formatted(gpu.name(), gpu.number());
  }

  CUfunction function(Kernel kernel) {
    return functions.get(kernel);
  }

  /** Makes a call with the context current on this thread, and returns the driver's answer. */
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

  /** What to throw when a call fails. */
  BackendException failure(String what, int result) {
    String[] description = new String[1];
    JCudaDriver.cuGetErrorString(result, description);
    return new BackendException(
        "%s failed on %s: %s, %s"
            .formatted(what, name(), CUresult.stringFor(result), description[0]));
  }
}
