package org.diffsynth.cuda;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.diffsynth.compute.BackendException.OutOfDeviceMemoryException;

/** A device that is this CPU, with as much memory as one says. */
final class ShimDevice implements GpuDevice {

  private final String name;
  private final long memory;
  private final Map<Long, Long> taken = new HashMap<>();
  private long bytesTaken;
  private final boolean backward;
  private final Map<Long, List<Launch>> recordings = new HashMap<>();
  private List<Launch> recording;
  private long recorded;
  private long replayed;
  private boolean closed;

  private record Launch(Kernel kernel, Grid grid, long[] arguments) {}

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

  /** Recordings made so far. */
  long recorded() {
    return recorded;
  }

  /** Recordings queued so far. */
  long replayed() {
    return replayed;
  }

  /** Recordings that nobody has given back. */
  int recordingsHeld() {
    return recordings.size();
  }

  @Override
  public long freeBytes() {
    notWhileRecording();
    return memory - bytesTaken;
  }

  @Override
  public long allocate(long bytes) {
    notWhileRecording();
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
    notWhileRecording();
    bytesTaken -= taken.remove(address);
    ShimLibrary.free(address);
  }

  @Override
  public ByteBuffer allocateHost(int bytes) {
    notWhileRecording();
    return ByteBuffer.allocateDirect(bytes);
  }

  @Override
  public void freeHost(ByteBuffer buffer) {}

  @Override
  public void upload(ByteBuffer from, long to, long bytes) {
    notWhileRecording();
    ShimLibrary.upload(from, to, bytes);
  }

  @Override
  public void download(long from, ByteBuffer to, long bytes) {
    notWhileRecording();
    ShimLibrary.download(from, to, bytes);
  }

  @Override
  public void copy(long from, long to, long bytes) {
    notWhileRecording();
    ShimLibrary.copy(from, to, bytes);
  }

  @Override
  public void zero(long address, long bytes) {
    notWhileRecording();
    ShimLibrary.zero(address, bytes);
  }

  @Override
  public void launch(Kernel kernel, Grid grid, long... arguments) {
    if (recording != null) {
      recording.add(new Launch(kernel, grid, arguments.clone()));
      return;
    }
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
  public long record(Runnable launches) {
    notWhileRecording();
    recording = new ArrayList<>();
    try {
      launches.run();
      recordings.put(++recorded, recording);
      return recorded;
    } finally {
      recording = null;
    }
  }

  @Override
  public void replay(long number) {
    notWhileRecording();
    replayed++;
    recordings.get(number).forEach(one -> launch(one.kernel(), one.grid(), one.arguments()));
  }

  @Override
  public void forget(long number) {
    notWhileRecording();
    if (recordings.remove(number) == null) {
      throw new IllegalArgumentException("no recording " + number);
    }
  }

  /** As the driver: what waits or takes memory is refused while a stream is captured. */
  private void notWhileRecording() {
    if (recording != null) {
      throw new IllegalStateException("only launches can be recorded");
    }
  }

  @Override
  public void synchronize() {
    notWhileRecording();
  }

  @Override
  public void close() {
    if (!closed && !(taken.isEmpty() && recordings.isEmpty())) {
      throw new IllegalStateException(
          "%d allocations and %d recordings were not given back"
              .formatted(taken.size(), recordings.size()));
    }
    closed = true;
  }
}
