package org.diffsynth.cuda;

import static jcuda.driver.CUresult.CUDA_ERROR_OUT_OF_MEMORY;
import static jcuda.driver.CUresult.CUDA_SUCCESS;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.EnumMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.function.IntSupplier;
import jcuda.Pointer;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUfunction;
import jcuda.driver.CUmodule;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;
import jcuda.driver.CUstream_flags;
import jcuda.driver.JCudaDriver;
import org.diffsynth.spi.BackendException;

/**
 * An NVIDIA GPU through the driver API: its primary context, which other CUDA libraries of the
 * process share, and one stream. The context is current only while a call lasts.
 *
 * <p>A kernel that fails shows at a later call. With {@code -Ddiffsynth.cuda.checked=true} the
 * device waits for each, slowly, so that the error names the one that failed.
 */
final class JCudaDevice implements GpuDevice {

  private static final boolean CHECKED = Boolean.getBoolean("diffsynth.cuda.checked");

  private final String name;
  private final CUdevice device = new CUdevice();
  private final CUcontext context = new CUcontext();
  private final CUmodule module = new CUmodule();
  private final CUstream stream = new CUstream();
  private final Map<Kernel, CUfunction> functions = new EnumMap<>(Kernel.class);
  private final Map<ByteBuffer, Pointer> hostMemory = new IdentityHashMap<>();
  private String lastLaunch = "nothing was launched";
  private boolean hasContext;
  private boolean hasModule;
  private boolean hasStream;

  /** Opens a device that {@link CudaDriver} found, and compiles the kernels for it. */
  JCudaDevice(CudaDriver.Gpu gpu) {
    this.name = "%s (cuda:%d)".formatted(gpu.name(), gpu.number());
    try {
      check("cuDeviceGet", JCudaDriver.cuDeviceGet(device, gpu.number()));
      check("cuDevicePrimaryCtxRetain", JCudaDriver.cuDevicePrimaryCtxRetain(context, device));
      hasContext = true;
      call("cuModuleLoadData", () -> JCudaDriver.cuModuleLoadData(module, KernelModule.ptx()));
      hasModule = true;
      call(
          "cuStreamCreate",
          () -> JCudaDriver.cuStreamCreate(stream, CUstream_flags.CU_STREAM_NON_BLOCKING));
      hasStream = true;
      for (Kernel kernel : Kernel.values()) {
        CUfunction function = new CUfunction();
        call(
            "cuModuleGetFunction of " + kernel.entry(),
            () -> JCudaDriver.cuModuleGetFunction(function, module, kernel.entry()));
        functions.put(kernel, function);
      }
    } catch (RuntimeException e) {
      Closing closing = new Closing();
      closing.run(this::close);
      throw e;
    }
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public long freeBytes() {
    long[] free = new long[1];
    call("cuMemGetInfo", () -> JCudaDriver.cuMemGetInfo(free, new long[1]));
    return free[0];
  }

  @Override
  public long allocate(long bytes) {
    Allocation allocation = new Allocation();
    int result = inContext(() -> JCudaDriver.cuMemAlloc(allocation, bytes));
    if (result == CUDA_ERROR_OUT_OF_MEMORY) {
      throw new OutOfDeviceMemoryException(
          "%s has no %d bytes left, only %d".formatted(name, bytes, freeBytes()));
    }
    check("cuMemAlloc of " + bytes + " bytes", result);
    return allocation.address();
  }

  @Override
  public void free(long address) {
    call("cuMemFree", () -> JCudaDriver.cuMemFree(at(address)));
  }

  @Override
  public ByteBuffer allocateHost(int bytes) {
    Pointer pointer = new Pointer();
    call("cuMemAllocHost of " + bytes + " bytes", () -> JCudaDriver.cuMemAllocHost(pointer, bytes));
    ByteBuffer buffer = pointer.getByteBuffer(0, bytes).order(ByteOrder.LITTLE_ENDIAN);
    hostMemory.put(buffer, pointer);
    return buffer;
  }

  @Override
  public void freeHost(ByteBuffer buffer) {
    Pointer pointer = hostMemory.remove(buffer);
    call("cuMemFreeHost", () -> JCudaDriver.cuMemFreeHost(pointer));
  }

  @Override
  public void upload(ByteBuffer from, long to, long bytes) {
    Pointer pointer = hostMemory.get(from);
    call(
        "cuMemcpyHtoDAsync of " + bytes + " bytes",
        () -> JCudaDriver.cuMemcpyHtoDAsync(at(to), pointer, bytes, stream));
  }

  @Override
  public void download(long from, ByteBuffer to, long bytes) {
    Pointer pointer = hostMemory.get(to);
    call(
        "cuMemcpyDtoHAsync of " + bytes + " bytes",
        () -> JCudaDriver.cuMemcpyDtoHAsync(pointer, at(from), bytes, stream));
    synchronize();
  }

  @Override
  public void copy(long from, long to, long bytes) {
    call(
        "cuMemcpyDtoDAsync of " + bytes + " bytes",
        () -> JCudaDriver.cuMemcpyDtoDAsync(at(to), at(from), bytes, stream));
  }

  @Override
  public void zero(long address, long bytes) {
    call(
        "cuMemsetD8Async of " + bytes + " bytes",
        () -> JCudaDriver.cuMemsetD8Async(at(address), (byte) 0, bytes, stream));
  }

  @Override
  public void launch(Kernel kernel, Grid grid, long... arguments) {
    lastLaunch = "%s, %s".formatted(kernel.entry(), grid);
    Pointer[] parameters = new Pointer[arguments.length];
    for (int i = 0; i < arguments.length; i++) {
      parameters[i] = Pointer.to(new long[] {arguments[i]}); // a narrower one reads its low bytes
    }
    call(
        "the launch of " + lastLaunch,
        () ->
            JCudaDriver.cuLaunchKernel(
                functions.get(kernel),
                grid.blocksX(),
                grid.blocksY(),
                grid.blocksZ(),
                grid.threadsX(),
                grid.threadsY(),
                1,
                0,
                stream,
                Pointer.to(parameters),
                null));
    if (CHECKED) {
      synchronize();
    }
  }

  @Override
  public void synchronize() {
    call("waiting", () -> JCudaDriver.cuStreamSynchronize(stream));
  }

  @Override
  public void close() {
    Closing closing = new Closing();
    for (ByteBuffer buffer : hostMemory.keySet().toArray(ByteBuffer[]::new)) {
      closing.run(() -> freeHost(buffer));
    }
    if (hasStream) {
      hasStream = false;
      closing.run(() -> call("cuStreamDestroy", () -> JCudaDriver.cuStreamDestroy(stream)));
    }
    if (hasModule) {
      hasModule = false;
      closing.run(() -> call("cuModuleUnload", () -> JCudaDriver.cuModuleUnload(module)));
    }
    if (hasContext) {
      hasContext = false;
      closing.run(
          () -> check("cuDevicePrimaryCtxRelease", JCudaDriver.cuDevicePrimaryCtxRelease(device)));
    }
    closing.end();
  }

  private void call(String what, IntSupplier driverCall) {
    check(what, inContext(driverCall));
  }

  private int inContext(IntSupplier driverCall) {
    check("cuCtxPushCurrent", JCudaDriver.cuCtxPushCurrent(context));
    try {
      return driverCall.getAsInt();
    } finally {
      JCudaDriver.cuCtxPopCurrent(new CUcontext());
    }
  }

  private void check(String what, int result) {
    if (result == CUDA_SUCCESS) {
      return;
    }
    String[] description = new String[1];
    JCudaDriver.cuGetErrorString(result, description);
    throw new BackendException(
        "%s failed on %s: %s, %s; last launch: %s"
            .formatted(what, name, CUresult.stringFor(result), description[0], lastLaunch));
  }

  private static CUdeviceptr at(long address) {
    return new CUdeviceptr().withByteOffset(address);
  }

  /** JCuda keeps the address of what it allocated to itself and its subclasses. */
  private static final class Allocation extends CUdeviceptr {

    long address() {
      return getNativePointer();
    }
  }
}
