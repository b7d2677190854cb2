package org.diffsynth.cuda;

import java.util.HashMap;
import java.util.Map;

/**
 * The weighted sums of carried pictures that a blending session keeps on one device. Each sum has
 * four 32-bit integers per pixel (red, green, blue, 0), so that adding is exact; see blend.cu.
 *
 * <p>With several devices, each holds the part of a sum that it computed itself.
 */
final class DeviceSums {

  private static final int INTS_PER_PIXEL = 4;

  private final GpuDevice device;
  private final DeviceMemory memory;
  private final PinnedIntBuffer transfer;
  private final int pixels;
  private final Map<Long, Long> addresses = new HashMap<>();

  /**
   * Creates an empty store.
   *
   * @param transfer buffer of at least {@link #intsOf} integers; the caller closes it
   * @param pixels number of pixels of a sum
   */
  DeviceSums(GpuDevice device, DeviceMemory memory, PinnedIntBuffer transfer, int pixels) {
    this.device = device;
    this.memory = memory;
    this.transfer = transfer;
    this.pixels = pixels;
  }

  /** Returns the number of integers of a sum of {@code pixels} pixels. */
  static int intsOf(int pixels) {
    return INTS_PER_PIXEL * pixels;
  }

  private long bytes() {
    return (long) Integer.BYTES * intsOf(pixels);
  }

  boolean has(long sum) {
    return addresses.containsKey(sum);
  }

  /** Returns the device address of a sum; creates a sum of zeros if there is none. */
  long address(long sum) {
    return addresses.computeIfAbsent(
        sum,
        created -> {
          long address = memory.allocate("a sum", bytes());
          device.zero(address, bytes());
          return address;
        });
  }

  /** Downloads a part of a sum after all queued work, and drops it here. */
  int[] removePart(long sum) {
    int[] part = transfer.download(addresses.get(sum), intsOf(pixels));
    drop(sum);
    return part;
  }

  /** Adds the part of a sum that another device computed. */
  void addPart(long sum, int[] part) {
    long other = memory.allocate("part of a sum", bytes());
    try {
      transfer.upload(part, other);
      device.launch(Kernel.ADD_SUM, Grid.line(pixels), other, address(sum), pixels);
    } finally {
      memory.free(other);
    }
  }

  void drop(long sum) {
    Long address = addresses.remove(sum);
    if (address != null) {
      memory.free(address);
    }
  }

  /** Forgets all sums without freeing them; {@link DeviceMemory#close} frees the memory. */
  void clear() {
    addresses.clear();
  }
}
