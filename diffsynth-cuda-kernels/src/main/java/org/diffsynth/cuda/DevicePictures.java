package org.diffsynth.cuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Uploads pictures to a device and builds their pyramids; pictures.cu describes the layouts. */
final class DevicePictures implements AutoCloseable {

  private static final int PICTURE_BYTES = 8;
  private static final int RGB_BYTES = 6;

  private final GpuDevice device;
  private final DeviceMemory memory;
  private final PyramidLayout layout;
  private final int pixels;
  private ByteBuffer staging;
  private long rgb;

  /** Creates the converter; staging memory is allocated at the first use. */
  DevicePictures(GpuDevice device, DeviceMemory memory, PyramidLayout layout) {
    this.device = device;
    this.memory = memory;
    this.layout = layout;
    this.pixels = layout.pixels(0);
  }

  /**
   * Copies a picture to the device.
   *
   * @param rgb16 packed RGB samples, 16 bits each
   * @param withHalves whether to append the coarser levels, which the published schedule reads
   * @return device address of the picture; the caller frees it
   */
  long upload(short[] rgb16, boolean withHalves) {
    long picture =
        memory.allocate(
            "a picture", (long) PICTURE_BYTES * (withHalves ? layout.allPixels() : pixels));
    try {
      openStaging();
      device.synchronize();
      staging.asShortBuffer().put(rgb16);
      device.upload(staging, rgb, (long) RGB_BYTES * pixels);
      device.launch(Kernel.EXPAND_PICTURE, Grid.line(pixels), rgb, picture, pixels);
      if (withHalves) {
        halve(picture);
      }
      return picture;
    } catch (RuntimeException e) {
      memory.free(picture);
      throw e;
    }
  }

  /** Computes the coarser levels of a picture, whose memory has room for them. */
  void halve(long picture) {
    for (int level = 1; level < layout.levels(); level++) {
      device.launch(
          Kernel.HALVE_PICTURE,
          Grid.pixels(layout.width(level), layout.height(level), 1),
          atLevel(picture, level - 1),
          layout.width(level - 1),
          layout.height(level - 1),
          atLevel(picture, level));
    }
  }

  private long atLevel(long picture, int level) {
    return picture + (long) PICTURE_BYTES * layout.pictureOffset(level);
  }

  /** Returns the size of a picture in bytes. */
  long bytes(boolean withHalves) {
    return (long) PICTURE_BYTES * (withHalves ? layout.allPixels() : pixels);
  }

  /**
   * Builds a pyramid of texels from a pyramid of pictures.
   *
   * @param levelCount number of levels to build: 1, or all
   * @return device address of the pyramid; the caller frees it
   */
  long texels(long picture, int levelCount) {
    int count = levelCount == 1 ? pixels : layout.allPixels();
    long texels = memory.allocate("texels of a picture", 2L * Integer.BYTES * count);
    for (int level = 0; level < levelCount; level++) {
      device.launch(
          Kernel.PACK_TEXELS,
          Grid.tiles(layout.width(level), layout.height(level), 1),
          atLevel(picture, level),
          layout.width(level),
          layout.height(level),
          texels + (long) Integer.BYTES * layout.texelOffset(level));
    }
    return texels;
  }

  /**
   * Downloads the rounded mean of a sum of total weight {@code weight} as packed RGB samples, 16
   * bits each.
   */
  short[] mean(long sum, int weight) {
    openStaging();
    device.launch(Kernel.MEAN_RGB, Grid.line(pixels), sum, weight, rgb, pixels);
    device.download(rgb, staging, (long) RGB_BYTES * pixels);
    short[] samples = new short[3 * pixels];
    staging.asShortBuffer().get(samples);
    return samples;
  }

  private void openStaging() {
    if (rgb == 0) {
      rgb = memory.allocate("staging of a frame", (long) RGB_BYTES * pixels);
    }
    if (staging == null) {
      staging = device.allocateHost(RGB_BYTES * pixels).order(ByteOrder.LITTLE_ENDIAN);
    }
  }

  /** Frees the host staging memory; {@link DeviceMemory} frees the rest. */
  @Override
  public void close() {
    if (staging != null) {
      device.freeHost(staging);
      staging = null;
    }
  }
}
