package org.diffsynth.cuda;

import java.util.HashMap;
import java.util.Map;

/**
 * The nearest-neighbour fields that a blending session keeps on one device: one packed match per
 * pixel, in device memory of the session.
 */
final class DeviceFields {

  private final DeviceMemory memory;
  private final PinnedIntBuffer transfer;
  private final int pixels;
  private final Map<FieldKey, Long> addresses = new HashMap<>();

  /**
   * Creates an empty store.
   *
   * @param transfer buffer for copies from and to the host; the caller closes it
   * @param pixels number of pixels of a field
   */
  DeviceFields(DeviceMemory memory, PinnedIntBuffer transfer, int pixels) {
    this.memory = memory;
    this.transfer = transfer;
    this.pixels = pixels;
  }

  /** Returns the size of one field in bytes. */
  long bytes() {
    return (long) Integer.BYTES * pixels;
  }

  boolean has(FieldKey key) {
    return addresses.containsKey(key);
  }

  /** Returns the device address of a field that this store holds. */
  long address(FieldKey key) {
    return addresses.get(key);
  }

  /** Allocates memory for one field that no key names yet; {@link #keep} or the caller frees it. */
  long allocate() {
    return memory.allocate("a field", bytes());
  }

  /** Stores fields that lie in memory from {@link #allocate}, and replaces earlier ones. */
  void keep(Map<FieldKey, Long> fields) {
    addresses.putAll(fields);
  }

  /** Copies a field to the device, and replaces an earlier field with the same key. */
  void put(FieldKey key, int[] packed) {
    drop(key);
    addresses.put(key, upload(packed));
  }

  /**
   * Uploads a field without storing it.
   *
   * @return its address; the caller frees the memory
   */
  long upload(int[] packed) {
    long address = allocate();
    try {
      transfer.upload(packed, address);
      return address;
    } catch (RuntimeException e) {
      memory.free(address);
      throw e;
    }
  }

  /** Returns a copy of a field after all queued work. */
  int[] download(FieldKey key) {
    return transfer.download(addresses.get(key), pixels);
  }

  /** Frees a field; does nothing if this store does not hold it. */
  void drop(FieldKey key) {
    Long address = addresses.remove(key);
    if (address != null) {
      memory.free(address);
    }
  }

  /** Forgets all fields without freeing them; {@link DeviceMemory#close} frees the memory. */
  void clear() {
    addresses.clear();
  }
}
