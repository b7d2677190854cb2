package org.diffsynth.cuda;

import static jcuda.driver.CUresult.CUDA_ERROR_OUT_OF_MEMORY;
import static jcuda.driver.CUresult.CUDA_SUCCESS;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntSupplier;
import java.util.function.ToIntFunction;
import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.CUstream;
import jcuda.driver.CUstreamCaptureMode;
import jcuda.driver.CUstream_flags;
import jcuda.driver.JCudaDriver;
import org.diffsynth.compute.BackendException.OutOfDeviceMemoryException;
import org.diffsynth.compute.Closer;

/**
 * An NVIDIA GPU through the CUDA driver API: one stream in the primary context of the GPU. The
 * context is current on the calling thread only while a call lasts.
 *
 * <p>CUDA reports a failed kernel at a later call. With the system property {@code
 * diffsynth.cuda.checked=true} the device waits for each kernel, which is slow, so that the error
 * names the kernel that failed.
 */
final class JCudaDevice implements GpuDevice {

  /**
   * Whether the device waits for each kernel, so that an error names its kernel; from the system
   * property {@code diffsynth.cuda.checked}, false by default.
   */
  static final boolean CHECKED = Boolean.getBoolean("diffsynth.cuda.checked");

  private final KernelContext kernels;
  private final CUstream stream = new CUstream();
  private final Map<ByteBuffer, Pointer> hostMemory = new IdentityHashMap<>();
  private final Map<Long, Recording> recordings = new HashMap<>();
  private long lastRecording;
  private Kernel lastKernel;
  private Grid lastGrid;
  private boolean closed;

  /**
   * Opens a GPU. The first device that is opened on a GPU loads the kernels, which takes up to some
   * seconds.
   */
  JCudaDevice(CudaDriver.Gpu gpu) {
    kernels = KernelContext.join(gpu);
    try {
      call(
          "cuStreamCreate",
          () -> JCudaDriver.cuStreamCreate(stream, CUstream_flags.CU_STREAM_NON_BLOCKING));
    } catch (RuntimeException e) {
      kernels.leave();
      throw e;
    }
  }

  @Override
  public String name() {
    return kernels.name();
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
    int result = kernels.inContext(() -> JCudaDriver.cuMemAlloc(allocation, bytes));
    if (result == CUDA_ERROR_OUT_OF_MEMORY) {
      throw new OutOfDeviceMemoryException(
          String.format(
              Locale.ROOT, "%s has no %d bytes left, only %d", name(), bytes, freeBytes()));
    }
    check("cuMemAlloc", bytes, result);
    return allocation.address();
  }

  @Override
  public void free(long address) {
    call("cuMemFree", () -> JCudaDriver.cuMemFree(at(address)));
  }

  @Override
  public ByteBuffer allocateHost(int bytes) {
    Pointer pointer = new Pointer();
    call("cuMemAllocHost", bytes, () -> JCudaDriver.cuMemAllocHost(pointer, bytes));
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
        "cuMemcpyHtoDAsync",
        bytes,
        () -> JCudaDriver.cuMemcpyHtoDAsync(at(to), pointer, bytes, stream));
  }

  @Override
  public void download(long from, ByteBuffer to, long bytes) {
    Pointer pointer = hostMemory.get(to);
    call(
        "cuMemcpyDtoHAsync",
        bytes,
        () -> JCudaDriver.cuMemcpyDtoHAsync(pointer, at(from), bytes, stream));
    synchronize();
  }

  @Override
  public void copy(long from, long to, long bytes) {
    call(
        "cuMemcpyDtoDAsync",
        bytes,
        () -> JCudaDriver.cuMemcpyDtoDAsync(at(to), at(from), bytes, stream));
  }

  @Override
  public void zero(long address, long bytes) {
    call(
        "cuMemsetD8Async",
        bytes,
        () -> JCudaDriver.cuMemsetD8Async(at(address), (byte) 0, bytes, stream));
  }

  @Override
  public void launch(Kernel kernel, Grid grid, long... arguments) {
    lastKernel = kernel;
    lastGrid = grid;
    Pointer[] parameters = new Pointer[arguments.length];
    for (int i = 0; i < arguments.length; i++) {
      parameters[i] = Pointer.to(new long[] {arguments[i]}); // narrow parameters read the low bytes
    }
    call(
        "launching",
        () ->
            JCudaDriver.cuLaunchKernel(
                kernels.function(kernel),
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

  /** A CUDA graph, and its last kernel, which error messages name. */
  private record Recording(CUgraphExec graph, Kernel lastKernel, Grid lastGrid) {}

  @Override
  public long record(Runnable launches) {
    call(
        "cuStreamBeginCapture",
        () ->
            JCudaDriver.cuStreamBeginCapture(
                stream, CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL));
    try (Closer closer = new Closer()) {
      closer.add(this::endRecording); // also after a failure, so that the capture ends
      launches.run();
    }
    return lastRecording;
  }

  private void endRecording() {
    CUgraph graph = new CUgraph();
    call("cuStreamEndCapture", () -> JCudaDriver.cuStreamEndCapture(stream, graph));
    CUgraphExec executable = new CUgraphExec();
    try {
      call("cuGraphInstantiate", () -> JCudaDriver.cuGraphInstantiate(executable, graph, 0));
      recordings.put(++lastRecording, new Recording(executable, lastKernel, lastGrid));
    } finally {
      call("cuGraphDestroy", () -> JCudaDriver.cuGraphDestroy(graph));
    }
  }

  @Override
  public void replay(long recording) {
    Recording recorded = recordings.get(recording);
    lastKernel = recorded.lastKernel();
    lastGrid = recorded.lastGrid();
    call("launching a graph", () -> JCudaDriver.cuGraphLaunch(recorded.graph(), stream));
  }

  @Override
  public void forget(long recording) {
    CUgraphExec graph = recordings.remove(recording).graph();
    call("cuGraphExecDestroy", () -> JCudaDriver.cuGraphExecDestroy(graph));
  }

  @Override
  public void synchronize() {
    call("waiting", () -> JCudaDriver.cuStreamSynchronize(stream));
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    Closer closer = new Closer();
    closer.add(kernels::leave);
    closer.add(() -> call("cuStreamDestroy", () -> JCudaDriver.cuStreamDestroy(stream)));
    for (long recording : recordings.keySet().toArray(Long[]::new)) {
      closer.add(() -> forget(recording));
    }
    for (ByteBuffer buffer : hostMemory.keySet().toArray(ByteBuffer[]::new)) {
      closer.add(() -> freeHost(buffer));
    }
    closer.close();
  }

  /** Runs a call of another CUDA library in the context of this device, with its stream. */
  int onStream(ToIntFunction<CUstream> libraryCall) {
    return kernels.inContext(() -> libraryCall.applyAsInt(stream));
  }

  private void call(String what, IntSupplier driverCall) {
    call(what, 0, driverCall);
  }

  private void call(String what, long bytes, IntSupplier driverCall) {
    check(what, bytes, kernels.inContext(driverCall));
  }

  private void check(String what, long bytes, int result) {
    if (result == CUDA_SUCCESS) {
      return;
    }
    kernels.markBroken();
    StringBuilder message = new StringBuilder(what);
    if (bytes > 0) {
      message.append(" of ").append(bytes).append(" bytes");
    }
    if (lastKernel != null) {
      message.append(
          switch (what) {
            case "launching" -> " ";
            case "launching a graph" -> " that ends with ";
            default -> " after ";
          });
      message.append(lastKernel.entry()).append(", ").append(lastGrid);
    }
    throw kernels.failure(message.toString(), result);
  }

  /** Converts a device address to the type of JCuda. */
  static CUdeviceptr at(long address) {
    return new CUdeviceptr().withByteOffset(address);
  }

  /** Gives access to the address of an allocation, which JCuda shows to subclasses only. */
  private static final class Allocation extends CUdeviceptr {

    long address() {
      return getNativePointer();
    }
  }
}
