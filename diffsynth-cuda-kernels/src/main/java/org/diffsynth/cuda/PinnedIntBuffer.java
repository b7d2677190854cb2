package org.diffsynth.cuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Copies integers to a device and back through page-locked host memory, which makes copies fast.
 */
final class PinnedIntBuffer implements AutoCloseable {

  private final GpuDevice device;
  private final int mostInts;
  private ByteBuffer host;

  /**
   * Creates a buffer; its host memory is allocated at the first copy.
   *
   * @param mostInts largest number of integers of one copy
   */
  PinnedIntBuffer(GpuDevice device, int mostInts) {
    this.device = device;
    this.mostInts = mostInts;
  }

  /** Queues a copy to the device address {@code to}. */
  void upload(int[] values, long to) {
    open();
    device.synchronize(); // an earlier upload may still read the host memory
    host.asIntBuffer().put(values);
    device.upload(host, to, (long) Integer.BYTES * values.length);
  }

  /** Copies {@code count} integers from a device address, after all queued work. */
  int[] download(long from, int count) {
    open();
    int[] values = new int[count];
    device.download(from, host, (long) Integer.BYTES * count);
    host.asIntBuffer().get(values);
    return values;
  }

  private void open() {
    if (host == null) {
      host = device.allocateHost(Integer.BYTES * mostInts).order(ByteOrder.LITTLE_ENDIAN);
    }
  }

  /** Frees the host memory; a second call does nothing. */
  @Override
  public void close() {
    if (host != null) {
      ByteBuffer old = host;
      host = null;
      device.freeHost(old);
    }
  }
}
