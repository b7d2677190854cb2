package org.diffsynth.cuda;

import java.nio.ByteBuffer;

/**
 * Forwards all calls to a device, and adds up the smallest number of bytes that the kernels of a
 * remap can move: each input is read once, and each output is written once.
 */
final class MemoryTraffic implements GpuDevice {

  private final GpuDevice device;
  private final int pairs;
  private long bytes;

  /** Creates a counter for a batch of {@code pairs} pairs. */
  MemoryTraffic(GpuDevice device, int pairs) {
    this.device = device;
    this.pairs = pairs;
  }

  /** Returns the bytes of all kernels launched so far. */
  long bytes() {
    return bytes;
  }

  @Override
  public void launch(Kernel kernel, Grid grid, long... arguments) {
    device.launch(kernel, grid, arguments);
    if (kernel == Kernel.CARRY_AND_ADD) {
      long pixels = arguments[3] * arguments[4];
      bytes += pixels * (pairs * (8 + 4) + grid.blocksZ() * (16 + 16));
    } else {
      long bytesOfPixel = bytesOfPixel(kernel, arguments);
      if (bytesOfPixel > 0) {
        bytes += arguments[2] * arguments[3] * grid.blocksZ() * bytesOfPixel;
      }
    }
  }

  /** Returns the bytes per pixel of a kernel; a field, a cost and a texel have four bytes each. */
  private static int bytesOfPixel(Kernel kernel, long[] arguments) {
    return switch (kernel) {
      case IDENTITY_FIELD -> 4;
      case UPSCALE_FIELD -> 4 + 1;
      case START_FIELD, CLAMP_TO_INTERIOR -> 4 + 4;
      case TRANSPOSE_FIELD -> 2 * (4 + 4);
      case MEASURE_AND_PROBE -> {
        boolean measures = arguments[7] != 0;
        yield 4 + 4 + 4 + (measures ? 0 : 4) + 4 + 4; // two texels, field, cost; both written
      }
      case SWEEP -> 4 + 4 + 4 + 4; // what changes is written too, but that is little
      default -> 0;
    };
  }

  @Override
  public String name() {
    return device.name();
  }

  @Override
  public long freeBytes() {
    return device.freeBytes();
  }

  @Override
  public long allocate(long count) {
    return device.allocate(count);
  }

  @Override
  public void free(long address) {
    device.free(address);
  }

  @Override
  public ByteBuffer allocateHost(int count) {
    return device.allocateHost(count);
  }

  @Override
  public void freeHost(ByteBuffer buffer) {
    device.freeHost(buffer);
  }

  @Override
  public void upload(ByteBuffer from, long to, long count) {
    device.upload(from, to, count);
  }

  @Override
  public void download(long from, ByteBuffer to, long count) {
    device.download(from, to, count);
  }

  @Override
  public void copy(long from, long to, long count) {
    device.copy(from, to, count);
  }

  @Override
  public void zero(long address, long count) {
    device.zero(address, count);
  }

  @Override
  public long record(Runnable launches) {
    return device.record(launches);
  }

  @Override
  public void replay(long recording) {
    device.replay(recording);
  }

  @Override
  public void forget(long recording) {
    device.forget(recording);
  }

  @Override
  public void synchronize() {
    device.synchronize();
  }

  @Override
  public void close() {
    device.close();
  }
}
