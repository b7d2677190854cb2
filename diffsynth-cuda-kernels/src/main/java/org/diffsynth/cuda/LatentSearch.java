package org.diffsynth.cuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.diffsynth.compute.Closer;
import org.diffsynth.match.QuantizedLatents;

/**
 * Finds the exact nearest-neighbour fields between latents of one size, for a batch of pairs:
 * {@link org.diffsynth.spi.PatchMatcher#matchLatents} on a GPU.
 */
final class LatentSearch implements AutoCloseable {

  private final GpuDevice device;
  private final LatentSearchMethod method;
  private final int width;
  private final int height;
  private final int batch;
  private final DeviceMemory memory;
  private final PinnedIntBuffer transfer;
  private long sources;
  private long targets;
  private long nearest;
  private long fields;

  /**
   * Allocates the device memory of a batch.
   *
   * @param device device to compute on; the caller closes it, after the search
   * @param method how patches are compared; {@link #close} closes it
   * @param batch number of pairs; at least 1
   */
  LatentSearch(GpuDevice device, LatentSearchMethod method, int width, int height, int batch) {
    this.device = device;
    this.method = method;
    this.width = width;
    this.height = height;
    this.batch = batch;
    this.memory = new DeviceMemory(device, Long.MAX_VALUE, () -> false);
    this.transfer = new PinnedIntBuffer(device, width * height);
    try (Closer closer = new Closer()) {
      closer.add(this);
      long bytes = 4L * batch * width * height;
      sources = memory.allocate("latents", bytes);
      targets = memory.allocate("latents", bytes);
      fields = memory.allocate("fields of latents", bytes);
      nearest = memory.allocate("matches of latents", 2 * bytes);
      closer.keepOpen();
    }
  }

  /** Uploads pair {@code number} of the batch. */
  void put(int number, QuantizedLatents source, QuantizedLatents target) {
    transfer.upload(texels(source), sources + offset(number));
    transfer.upload(texels(target), targets + offset(number));
  }

  private static int[] texels(QuantizedLatents latents) {
    int[] texels = new int[latents.width() * latents.height()];
    ByteBuffer.wrap(latents.toBytes()).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(texels);
    return texels;
  }

  private long offset(int number) {
    return 4L * number * width * height;
  }

  /** Queues the search of the whole batch. */
  void run() {
    device.zero(nearest, 8L * batch * width * height);
    method.findNearest(sources, targets, nearest, width, height, batch);
    device.launch(
        Kernel.NEAREST_FIELD, Grid.pixels(width, height, batch), nearest, fields, width, height);
  }

  /** Downloads the packed field of pair {@code number} after all queued work. */
  int[] field(int number) {
    return transfer.download(fields + offset(number), width * height);
  }

  @Override
  public void close() {
    Closer closer = new Closer();
    closer.add(method);
    closer.add(transfer);
    closer.add(memory);
    closer.close();
  }
}
