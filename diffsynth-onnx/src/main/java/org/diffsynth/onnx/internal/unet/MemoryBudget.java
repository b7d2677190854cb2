package org.diffsynth.onnx.internal.unet;

import java.lang.management.ManagementFactory;
import org.diffsynth.onnx.internal.model.UnetConfig;
import org.diffsynth.onnx.internal.runtime.Device;

/**
 * How many rows fit into one evaluation of the UNet.
 *
 * @param bytes memory that one evaluation may take
 */
public record MemoryBudget(long bytes) {
  /** More rows at once gain no time and only cost memory. */
  private static final int MAX_ROWS = 16;

  /** Pictures of the finest resolution alive at once in a UNet: skips, activations, copies. */
  private static final int LIVE_PICTURES = 48;

  /** For devices that do not tell; who has less answers with a OutOfDeviceMemoryException. */
  private static final long FALLBACK = 4L << 30;

  /** What was asked for, or else a quarter of the machine's memory for the CPU. */
  public static MemoryBudget of(Device device, long asked) {
    if (asked > 0) {
      return new MemoryBudget(asked);
    }
    return device == Device.CPU
            && ManagementFactory.getOperatingSystemMXBean()
                instanceof com.sun.management.OperatingSystemMXBean system
        ? new MemoryBudget(system.getTotalMemorySize() / 4)
        : new MemoryBudget(FALLBACK);
  }

  /** Rows of latents of a size, each under so many conditionings. */
  public int rows(UnetConfig config, int width, int height, int conditionings) {
    long picture = (long) config.channels().get(0) * width * height * Float.BYTES;
    long row = picture * LIVE_PICTURES * conditionings;
    return (int) Math.max(1, Math.min(MAX_ROWS, bytes / Math.max(1, row)));
  }
}
