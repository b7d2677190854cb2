package org.diffsynth.match;

import java.util.Arrays;
import org.diffsynth.internal.text.Text;

/**
 * The latents of one frame as signed bytes, four channels a pixel, so that errors between patches
 * are exact integers on every engine. Immutable, heap-only, safe to share between threads.
 *
 * <p>A sample is {@code round(24 · latent)}, half to even, kept within [−128, 127]: steps of 1/24,
 * from −5.33 to 5.29. Scaled latents of Stable Diffusion have a deviation near 1, so a step is far
 * below what a decoder shows, and next to nothing lies beyond.
 */
public final class QuantizedLatents {

  /** Number of samples in each pixel of the latents. */
  public static final int CHANNELS = 4;

  /** Steps to a unit of a latent. */
  public static final float STEPS = 24f;

  private final int height;
  private final int width;
  private final byte[] samples;

  private QuantizedLatents(int height, int width, byte[] samples) {
    this.height = height;
    this.width = width;
    this.samples = samples;
  }

  /**
   * Rounds latents to bytes.
   *
   * @param samples {@code (4, height, width)} floats of one frame, in that order from slowest to
   *     fastest, as the latents of a pipeline lie; finite
   * @throws IllegalArgumentException if the number of samples is not that of the shape, or one is
   *     not finite, naming it
   */
  public static QuantizedLatents of(int height, int width, float[] samples) {
    checkShape(height, width, samples.length);
    byte[] rounded = new byte[samples.length];
    int pixels = height * width;
    for (int channel = 0; channel < CHANNELS; channel++) {
      for (int i = 0; i < pixels; i++) {
        float sample = samples[channel * pixels + i];
        if (!Float.isFinite(sample)) {
          throw new IllegalArgumentException(
              Text.format(
                  "latents must be finite, was %s in channel %d at (%d, %d)",
                  sample, channel, i % width, i / width));
        }
        double step = Math.rint(STEPS * sample);
        rounded[CHANNELS * i + channel] = (byte) Math.min(Math.max(step, -128), 127);
      }
    }
    return new QuantizedLatents(height, width, rounded);
  }

  /**
   * Copies samples that are rounded already.
   *
   * @param samples {@code (height, width, 4)} signed bytes
   * @throws IllegalArgumentException if the number of samples is not that of the shape
   */
  public static QuantizedLatents ofBytes(int height, int width, byte[] samples) {
    checkShape(height, width, samples.length);
    return new QuantizedLatents(height, width, samples.clone());
  }

  private static void checkShape(int height, int width, int length) {
    int most = NearestNeighborField.MAX_SIDE;
    if (height < 1 || height > most || width < 1 || width > most) {
      throw new IllegalArgumentException(
          Text.format("height and width must be in [1, %d], were %d and %d", most, height, width));
    }
    if (length != (long) CHANNELS * height * width) {
      throw new IllegalArgumentException(
          Text.format(
              "latents of shape (%d, %d, %d) have %d samples, got %d",
              CHANNELS, height, width, (long) CHANNELS * height * width, length));
    }
  }

  /** Returns the height of the latents in rows. */
  public int height() {
    return height;
  }

  /** Returns the width of the latents in columns. */
  public int width() {
    return width;
  }

  /** Returns a copy of all samples, {@code (height, width, 4)} signed bytes. */
  public byte[] toBytes() {
    return samples.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof QuantizedLatents that
        && height == that.height
        && width == that.width
        && Arrays.equals(samples, that.samples);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * height + width) + Arrays.hashCode(samples);
  }

  @Override
  public String toString() {
    return "QuantizedLatents[" + width + "x" + height + "]";
  }
}
