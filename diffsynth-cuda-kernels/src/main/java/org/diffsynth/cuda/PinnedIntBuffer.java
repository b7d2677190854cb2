package org.diffsynth.cuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Brings ints to a device and back by way of memory of the host that copies are fast from. */
final class PinnedIntBuffer implements AutoCloseable {

  private final GpuDevice device;
  private final int mostInts;
  private ByteBuffer host;

  /** For at most {@code mostInts} at a time; memory is taken when first needed. */
  PinnedIntBuffer(GpuDevice device, int mostInts) {
    this.device = device;
    this.mostInts = mostInts;
  }

  /** Queues a copy to the device. */
  void upload(int[] values, long to) {
    open();
    device.synchronize(); // an upload before this one may still read the host's memory
    host.asIntBuffer().put(values);
    device.upload(host, to, (long) Integer.BYTES * values.length);
  }

  /** Copies from the device and waits for it. */
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

  /** Frees the memory of the host; a second call does nothing. */
  @Override
  public void close() {
    if (host != null) {
      ByteBuffer old = host;
      host = null;
      device.freeHost(old);
    }
  }
}
