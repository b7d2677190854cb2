package org.diffsynth.cuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Makes pictures and texels on a device; see pictures.cu for how they lie there. */
final class DevicePictures implements AutoCloseable {

  private static final int PICTURE_BYTES = 8;
  private static final int RGB_BYTES = 6;

  private final GpuDevice device;
  private final DeviceMemory memory;
  private final PyramidLayout levels;
  private final int pixels;
  private ByteBuffer staging;
  private long rgb;

  /** Without any memory taken yet. */
  DevicePictures(GpuDevice device, DeviceMemory memory, PyramidLayout levels) {
    this.device = device;
    this.memory = memory;
    this.levels = levels;
    this.pixels = levels.pixels(0);
  }

  /**
   * Uploads a picture.
   *
   * @param rgb16 packed 16-bit samples
   * @param withHalves whether all levels follow, as the published schedule needs them
   * @return its address; the caller frees it
   */
  long upload(short[] rgb16, boolean withHalves) {
    long picture =
        memory.allocate(
            "a picture", (long) PICTURE_BYTES * (withHalves ? levels.allPixels() : pixels));
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

  /** Fills in the coarser levels behind the finest. */
  void halve(long picture) {
    for (int level = 1; level < levels.count(); level++) {
      device.launch(
          Kernel.HALVE_PICTURE,
          Grid.pixels(levels.width(level), levels.height(level), 1),
          atLevel(picture, level - 1),
          levels.width(level - 1),
          levels.height(level - 1),
          atLevel(picture, level));
    }
  }

  private long atLevel(long picture, int level) {
    return picture + (long) PICTURE_BYTES * levels.pictureOffset(level);
  }

  /** Bytes of a picture. */
  long bytes(boolean withHalves) {
    return (long) PICTURE_BYTES * (withHalves ? levels.allPixels() : pixels);
  }

  /**
   * Packs the first levels of a picture into texels.
   *
   * @return their address; the caller frees it
   */
  long texels(long picture, int levelCount) {
    int count = levelCount == 1 ? pixels : levels.allPixels();
    long texels = memory.allocate("texels of a picture", 2L * Integer.BYTES * count);
    for (int level = 0; level < levelCount; level++) {
      device.launch(
          Kernel.PACK_TEXELS,
          Grid.tiles(levels.width(level), levels.height(level), 1),
          atLevel(picture, level),
          levels.width(level),
          levels.height(level),
          texels + (long) Integer.BYTES * levels.texelOffset(level));
    }
    return texels;
  }

  /** Downloads the rounded mean of a sum as packed 16-bit samples. */
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
      rgb = memory.allocate("a frame on its way", (long) RGB_BYTES * pixels);
    }
    if (staging == null) {
      staging = device.allocateHost(RGB_BYTES * pixels).order(ByteOrder.LITTLE_ENDIAN);
    }
  }

  /** Frees the staging memory of the host; what lies on the device is freed with its memory. */
  @Override
  public void close() {
    if (staging != null) {
      device.freeHost(staging);
      staging = null;
    }
  }
}
