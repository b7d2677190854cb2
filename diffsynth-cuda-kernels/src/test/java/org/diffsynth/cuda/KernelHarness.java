package org.diffsynth.cuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** Sets up a batch of pairs of one size on a device, so that a test can run single kernels. */
final class KernelHarness implements AutoCloseable {

  static final int SOURCE_FRAME = 7;

  private final GpuDevice device;
  private final List<Long> allocated = new ArrayList<>();
  private final int pixels;
  private final int batch;
  private final SearchBuffers.Slot[] slots;
  private long pairs;

  KernelHarness(GpuDevice device, int width, int height, int batch) {
    this.device = device;
    this.pixels = width * height;
    this.batch = batch;
    this.slots = new SearchBuffers.Slot[batch];
    for (int i = 0; i < batch; i++) {
      slots[i] = new SearchBuffers.Slot(allocate(20L * pixels + 80), 4L * pixels + 16);
    }
  }

  long allocate(long bytes) {
    long address = device.allocate(bytes);
    allocated.add(address);
    return address;
  }

  long upload(int[] values) {
    long address = allocate(4L * values.length);
    upload(values, address);
    return address;
  }

  void upload(int[] values, long address) {
    ByteBuffer host = device.allocateHost(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    host.asIntBuffer().put(values);
    device.upload(host, address, 4L * values.length);
    device.synchronize();
    device.freeHost(host);
  }

  int[] download(long address, int count) {
    ByteBuffer host = device.allocateHost(4 * count).order(ByteOrder.LITTLE_ENDIAN);
    device.download(address, host, 4L * count);
    int[] values = new int[count];
    host.asIntBuffer().get(values);
    device.freeHost(host);
    return values;
  }

  /** Uploads field and cost of one pair to the work buffers of number {@code current}. */
  void put(int pair, int current, int[] field, int[] cost) {
    upload(field, slots[pair].field(current));
    upload(cost, slots[pair].cost(current));
  }

  SearchBuffers.Slot slot(int pair) {
    return slots[pair];
  }

  int[] field(int pair, int current) {
    return download(slots[pair].field(current), pixels);
  }

  int[] cost(int pair, int current) {
    return download(slots[pair].cost(current), pixels);
  }

  int[] voted(int pair) {
    return download(slots[pair].voted(), pixels);
  }

  /** What one pair is given besides its work memory. */
  record Inputs(
      long source, long target, long style, long agreed, long picture, long start, long middle) {

    static final Inputs NONE = new Inputs(0, 0, 0, 0, 0, 0, 0);

    static Inputs guides(long source, long target) {
      return new Inputs(source, target, 0, 0, 0, 0, 0);
    }
  }

  /** Describes the pairs, pair i going to frame i; one input stands for all. */
  void describe(Inputs... inputs) {
    ByteBuffer table = device.allocateHost(PairTable.bytesFor(batch));
    PairTable written = new PairTable(table);
    for (int i = 0; i < batch; i++) {
      Inputs in = inputs[i % inputs.length];
      written.add(
          new PairTable.Pair(
              in.source(),
              in.target(),
              slots[i],
              in.style(),
              in.agreed() == 0 ? slots[i].voted() : in.agreed(),
              in.picture(),
              in.start(),
              in.middle(),
              SOURCE_FRAME,
              i,
              1));
    }
    pairs = allocate(PairTable.bytesFor(batch));
    device.upload(table, pairs, written.size());
    device.synchronize();
    device.freeHost(table);
  }

  /** Address of the table. */
  long pairs() {
    return pairs;
  }

  void launch(Kernel kernel, Grid grid, long... arguments) {
    device.launch(kernel, grid, arguments);
  }

  @Override
  public void close() {
    device.synchronize();
    allocated.forEach(device::free);
  }
}
