package org.diffsynth.onnx.internal.unet;

import java.lang.management.ManagementFactory;
import org.diffsynth.onnx.internal.model.UnetConfig;
import org.diffsynth.onnx.internal.runtime.Device;

/**
 * The memory that one evaluation of the UNet may use, and an estimate of how many rows fit into it.
 * The estimate counts activations only, not weights.
 *
 * @param bytes memory for one evaluation, in bytes
 */
public record MemoryBudget(long bytes) {
  /** More rows in one evaluation save no time and only cost memory. */
  private static final int MAX_ROWS = 16;

  /**
   * Activations of the finest resolution that are alive at the same time in a UNet: skip
   * connections, intermediate results and copies.
   */
  private static final int LIVE_ACTIVATIONS = 48;

  /**
   * Budget for devices whose memory is unknown, in bytes. A device with less memory reports
   * OutOfDeviceMemoryException, and the denoising loop then uses smaller batches.
   */
  private static final long FALLBACK = 4L << 30;

  /**
   * Returns the budget that was asked for. Without one, the CPU gets a quarter of the machine's
   * memory and other devices 4 GiB.
   *
   * @param requested bytes for one evaluation; 0 for the default
   */
  public static MemoryBudget of(Device device, long requested) {
    if (requested > 0) {
      return new MemoryBudget(requested);
    }
    return device == Device.CPU
            && ManagementFactory.getOperatingSystemMXBean()
                instanceof com.sun.management.OperatingSystemMXBean system
        ? new MemoryBudget(system.getTotalMemorySize() / 4)
        : new MemoryBudget(FALLBACK);
  }

  /**
   * Returns how many rows fit into one evaluation.
   *
   * @param width width in latent pixels
   * @param height height in latent pixels
   * @param branches guidance branches under which each row is evaluated; 1 or 2
   * @return 1 to 16
   */
  public int rows(UnetConfig config, int width, int height, int branches) {
    long activation = (long) config.channels().get(0) * width * height * Float.BYTES;
    long row = activation * LIVE_ACTIVATIONS * branches;
    return (int) Math.max(1, Math.min(MAX_ROWS, bytes / Math.max(1, row)));
  }
}
