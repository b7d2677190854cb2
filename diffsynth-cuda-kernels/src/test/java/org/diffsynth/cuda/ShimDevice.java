package org.diffsynth.cuda;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/** A device that is this CPU, with as much memory as one says. */
final class ShimDevice implements GpuDevice {

  private final String name;
  private final long memory;
  private final Map<Long, Long> taken = new HashMap<>();
  private long bytesTaken;
  private final boolean backward;
  private boolean closed;

  /** With {@code memory} bytes, running threads in order. */
  ShimDevice(String name, long memory) {
    this(name, memory, false);
  }

  /** With {@code memory} bytes, running threads in order or backward. */
  ShimDevice(String name, long memory, boolean backward) {
    this.name = name;
    this.memory = memory;
    this.backward = backward;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public long freeBytes() {
    return memory - bytesTaken;
  }

  @Override
  public long allocate(long bytes) {
    if (bytes > freeBytes()) {
      throw new OutOfDeviceMemoryException(
          "%s has %d bytes left, not %d".formatted(name, freeBytes(), bytes));
    }
    long address = ShimLibrary.allocate(bytes);
    taken.put(address, bytes);
    bytesTaken += bytes;
    return address;
  }

  @Override
  public void free(long address) {
    bytesTaken -= taken.remove(address);
    ShimLibrary.free(address);
  }

  @Override
  public ByteBuffer allocateHost(int bytes) {
    return ByteBuffer.allocateDirect(bytes);
  }

  @Override
  public void freeHost(ByteBuffer buffer) {}

  @Override
  public void upload(ByteBuffer from, long to, long bytes) {
    ShimLibrary.upload(from, to, bytes);
  }

  @Override
  public void download(long from, ByteBuffer to, long bytes) {
    ShimLibrary.download(from, to, bytes);
  }

  @Override
  public void copy(long from, long to, long bytes) {
    ShimLibrary.copy(from, to, bytes);
  }

  @Override
  public void zero(long address, long bytes) {
    ShimLibrary.zero(address, bytes);
  }

  @Override
  public void launch(Kernel kernel, Grid grid, long... arguments) {
    ShimLibrary.launch(
        kernel.entry(),
        grid.blocksX(),
        grid.blocksY(),
        grid.blocksZ(),
        grid.threadsX(),
        grid.threadsY(),
        arguments,
        backward);
  }

  @Override
  public void synchronize() {}

  @Override
  public void close() {
    if (!closed && !taken.isEmpty()) {
      throw new IllegalStateException(taken.size() + " allocations were not freed");
    }
    closed = true;
  }
}
