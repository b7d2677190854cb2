package org.diffsynth.cuda;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.diffsynth.compute.Closer;
import org.diffsynth.compute.OutOfDeviceMemoryException;

/**
 * What one session holds on a device, under a budget. What it gives back is kept for the next of
 * the same size, because taking and freeing memory makes the device wait; that is safe, because
 * work runs in the order it was queued.
 *
 * <p>When the budget or the device is exhausted, first what is kept goes, then its owner is asked
 * to give something up. So running short makes a session slower, and only a device too small for
 * the pictures of a window and one pair makes it fail.
 */
final class DeviceMemory implements AutoCloseable {

  private final GpuDevice device;
  private final long budget;
  private final BooleanSupplier giveUp;
  private final Map<Long, Long> used = new HashMap<>();
  private final Map<Long, Deque<Long>> spare = new HashMap<>();
  private long bytesHeld;

  /**
   * Memory with nothing in it yet.
   *
   * @param budget most bytes to hold at a time
   * @param giveUp frees something that can be done without; false when there is nothing left
   */
  DeviceMemory(GpuDevice device, long budget, BooleanSupplier giveUp) {
    this.device = device;
    this.budget = budget;
    this.giveUp = giveUp;
  }

  /** Takes memory for {@code what}; {@link #free} gives it back. */
  long allocate(String what, long bytes) {
    while (true) {
      try {
        return tryAllocate(what, bytes);
      } catch (OutOfDeviceMemoryException e) {
        if (!giveUp.getAsBoolean()) {
          throw e;
        }
      }
    }
  }

  /** The same without asking anybody to give up anything. */
  long tryAllocate(String what, long bytes) {
    Deque<Long> fitting = spare.get(bytes);
    long address;
    if (fitting != null && !fitting.isEmpty()) {
      address = fitting.pop();
    } else {
      address = take(what, bytes);
      bytesHeld += bytes;
    }
    used.put(address, bytes);
    return address;
  }

  private long take(String what, long bytes) {
    if (bytesHeld + bytes > budget) {
      freeSpare();
    }
    if (bytesHeld + bytes > budget) {
      throw new OutOfDeviceMemoryException(
          "%s needs %d bytes on %s, beside %d held, of a budget of %d"
              .formatted(what, bytes, device.name(), bytesHeld, budget));
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
          "%s needs %d bytes, beside %d held: %s"
              .formatted(what, bytes, bytesHeld, e.getMessage()));
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

  /** Gives one allocation back; 0 is none. */
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

  /** Frees everything on the device. */
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
