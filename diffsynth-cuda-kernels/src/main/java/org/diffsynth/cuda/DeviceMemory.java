package org.diffsynth.cuda;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.diffsynth.compute.BackendException.OutOfDeviceMemoryException;
import org.diffsynth.compute.Closer;

/**
 * Allocates the device memory of one session, under a budget.
 *
 * <p>Freed blocks are kept for the next allocation of equal size, because the driver synchronises
 * the device to allocate and to free. Reuse is safe without waiting: work runs in the order it was
 * queued.
 *
 * <p>When the budget or the device is exhausted, kept blocks are freed first; then the owner is
 * asked to free something it can do without. Lack of memory therefore makes a session slower, and
 * fails only if the device cannot hold the pictures of one window and a single pair.
 */
final class DeviceMemory implements AutoCloseable {

  private final GpuDevice device;
  private final long budget;
  private final BooleanSupplier shrink;
  private final Map<Long, Long> used = new HashMap<>();
  private final Map<Long, Deque<Long>> spare = new HashMap<>();
  private long bytesHeld;

  /**
   * Creates an allocator that holds no memory.
   *
   * @param budget largest number of bytes to hold at a time
   * @param shrink frees memory that the owner can do without; returns false if there is none
   */
  DeviceMemory(GpuDevice device, long budget, BooleanSupplier shrink) {
    this.device = device;
    this.budget = budget;
    this.shrink = shrink;
  }

  /**
   * Allocates memory; asks the owner to free other memory if there is not enough.
   *
   * @param what purpose of the memory, for the error message, such as {@code "a picture"}
   * @return device address; {@link #free} frees it
   * @throws OutOfDeviceMemoryException if there is not enough memory
   */
  long allocate(String what, long bytes) {
    while (true) {
      try {
        return tryAllocate(what, bytes);
      } catch (OutOfDeviceMemoryException e) {
        if (!shrink.getAsBoolean()) {
          throw e;
        }
      }
    }
  }

  /**
   * Allocates memory as {@link #allocate} does, but never asks the owner to free other memory.
   *
   * @return device address; {@link #free} frees it
   * @throws OutOfDeviceMemoryException if there is not enough memory
   */
  long tryAllocate(String what, long bytes) {
    Deque<Long> fitting = spare.get(bytes);
    long address;
    if (fitting != null && !fitting.isEmpty()) {
      address = fitting.pop();
    } else {
      address = allocateOnDevice(what, bytes);
      bytesHeld += bytes;
    }
    used.put(address, bytes);
    return address;
  }

  private long allocateOnDevice(String what, long bytes) {
    if (bytesHeld + bytes > budget) {
      freeSpare();
    }
    if (bytesHeld + bytes > budget) {
      throw new OutOfDeviceMemoryException(
          String.format(
              Locale.ROOT,
              "%s needs %d bytes on %s, but %d bytes of the budget of %d are in use",
              what,
              bytes,
              device.name(),
              bytesHeld,
              budget));
    }
    try {
      return device.allocate(bytes);
    } catch (OutOfDeviceMemoryException e) {
      freeSpare();
    }
    try {
      return device.allocate(bytes);
    } catch (OutOfDeviceMemoryException e) {
      throw new OutOfDeviceMemoryException(
          String.format(
              Locale.ROOT,
              "%s needs %d bytes besides the %d bytes in use: %s",
              what,
              bytes,
              bytesHeld,
              e.getMessage()));
    }
  }

  private void freeSpare() {
    spare.forEach(
        (bytes, addresses) -> {
          while (!addresses.isEmpty()) {
            bytesHeld -= bytes;
            device.free(addresses.pop());
          }
        });
  }

  /** Frees one allocation for reuse by this session; does nothing for address 0. */
  void free(long address) {
    if (address == 0) {
      return;
    }
    Long bytes = used.remove(address);
    if (bytes == null) {
      throw new IllegalArgumentException("this session holds no memory at " + address);
    }
    spare.computeIfAbsent(bytes, size -> new ArrayDeque<>()).push(address);
  }

  /** Frees all memory on the device. */
  @Override
  public void close() {
    Closer closer = new Closer();
    used.keySet().forEach(address -> closer.add(address, device::free));
    spare.values().forEach(all -> all.forEach(address -> closer.add(address, device::free)));
    used.clear();
    spare.clear();
    bytesHeld = 0;
    closer.close();
  }
}
