package org.diffsynth.cuda;

import java.nio.ByteBuffer;
import org.diffsynth.compute.BackendException;
import org.diffsynth.compute.BackendException.OutOfDeviceMemoryException;

/**
 * One device and one queue of work on it: all that the matcher asks of CUDA, so that the same host
 * code runs on a GPU and, in tests, on the kernels compiled for the CPU.
 *
 * <p>Work runs in the order it was queued; only {@link #download} and {@link #synchronize} wait.
 * Addresses are the device's. One thread at a time. Failures are {@link BackendException}s that
 * name the call, its shape and the device.
 */
interface GpuDevice extends AutoCloseable {

  /** Such as {@code "NVIDIA H200 (cuda:0)"}. */
  String name();

  /** Bytes of memory nobody has taken, whoever uses the device. */
  long freeBytes();

  /**
   * Takes memory, whose content is anything; the caller frees it.
   *
   * @throws OutOfDeviceMemoryException if there is not enough
   */
  long allocate(long bytes);

  /** Gives memory back once queued work that uses it is done. */
  void free(long address);

  /** Takes memory of the host that copies are fast from and to; the caller frees it. */
  ByteBuffer allocateHost(int bytes);

  /** Gives it back. */
  void freeHost(ByteBuffer buffer);

  /**
   * Queues a copy of the first {@code bytes} of a buffer, which must not change until it is done.
   */
  void upload(ByteBuffer from, long to, long bytes);

  /** Copies to the beginning of a buffer, after all queued work, and waits for it. */
  void download(long from, ByteBuffer to, long bytes);

  /** Queues a copy on the device. */
  void copy(long from, long to, long bytes);

  /** Queues a fill with 0. */
  void zero(long address, long bytes);

  /**
   * Queues a kernel.
   *
   * @param arguments one a parameter: addresses, integers, or the raw bits of floats
   */
  void launch(Kernel kernel, Grid grid, long... arguments);

  /**
   * Notes down kernels without running them, so that all of them can be queued at once later.
   *
   * @param launches calls {@link #launch}, and nothing else of this device
   * @return a number for {@link #replay}; the caller gives it to {@link #forget} when done
   */
  long record(Runnable launches);

  /** Queues the kernels of a recording, with the arguments they were launched with. */
  void replay(long recording);

  /** Gives a recording back; what was queued of it still runs. */
  void forget(long recording);

  /** Waits for all queued work. */
  void synchronize();

  /** Frees what the device itself holds; a second call does nothing. */
  @Override
  void close();
}
