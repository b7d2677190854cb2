package org.diffsynth.cuda;

import java.nio.ByteBuffer;
import org.diffsynth.compute.BackendException;
import org.diffsynth.compute.BackendException.OutOfDeviceMemoryException;

/**
 * One device with one queue of work. This is everything that the engine needs of CUDA: the same
 * host code runs on a GPU and, in tests, on the kernels compiled for the CPU.
 *
 * <p>Work runs in the order in which it was queued; only {@link #download} and {@link #synchronize}
 * wait for it. Addresses are device addresses. Only one thread at a time may call a device.
 * Failures are {@link BackendException}s that name the call, its size and the device.
 */
interface GpuDevice extends AutoCloseable {

  /** Returns the name of the device, such as {@code "NVIDIA H200 (cuda:0)"}. */
  String name();

  /** Returns the number of free bytes of device memory, with all processes counted. */
  long freeBytes();

  /**
   * Allocates device memory with undefined contents.
   *
   * @return its address; the caller frees it
   * @throws OutOfDeviceMemoryException if there is not enough memory
   */
  long allocate(long bytes);

  /** Frees device memory after all queued work that uses it. */
  void free(long address);

  /** Allocates page-locked host memory, for fast copies; the caller frees it. */
  ByteBuffer allocateHost(int bytes);

  /** Frees memory from {@link #allocateHost}. */
  void freeHost(ByteBuffer buffer);

  /**
   * Queues a copy of the first {@code bytes} of a buffer to the device. The buffer must not change
   * until the copy is done.
   */
  void upload(ByteBuffer from, long to, long bytes);

  /** Copies from the device to the beginning of a buffer, after all queued work, and waits. */
  void download(long from, ByteBuffer to, long bytes);

  /** Queues a copy within the device. */
  void copy(long from, long to, long bytes);

  /** Queues clearing memory to 0. */
  void zero(long address, long bytes);

  /**
   * Queues the launch of a kernel.
   *
   * @param arguments one value for each parameter: addresses, integers, or the raw bits of floats
   */
  void launch(Kernel kernel, Grid grid, long... arguments);

  /**
   * Records kernel launches without running them, so that {@link #replay} can queue all of them
   * with one call.
   *
   * @param launches calls {@link #launch}, and no other method of this device
   * @return number of the recording; the caller passes it to {@link #forget} in the end
   */
  long record(Runnable launches);

  /** Queues the kernels of a recording with their recorded arguments. */
  void replay(long recording);

  /** Destroys a recording; kernels that are already queued still run. */
  void forget(long recording);

  /** Waits for all queued work. */
  void synchronize();

  /**
   * Closes the queue, and frees host memory and recordings. Device memory must be freed before. A
   * second call does nothing.
   */
  @Override
  void close();
}
