package org.diffsynth.frame;

import java.util.Arrays;
import org.diffsynth.internal.text.Text;

/**
 * An RGB picture. Immutable, heap-only, safe to share between threads.
 *
 * <p>Samples are stored row by row from the top left, interleaved in the order red, green, blue:
 * the sample of channel {@code c} at column {@code x} and row {@code y} has the index {@code (y *
 * width + x) * 3 + c}. A frame stores the samples it was created from, with 8 or 16 bits or as
 * floats, and converts them on request. Full scale is 255, 65535 and 1.0. Conversion rounds to
 * nearest, half up; 8-bit samples that are converted to 16 bits or floats and back are unchanged.
 * Colours are not interpreted, so the transfer curve of the input is also that of the output.
 */
public final class Frame {

  /** The format in which a frame stores its samples. */
  public enum Depth {
    /** Integers in [0, 255]. */
    UINT8,
    /** Integers in [0, 65535]. */
    UINT16,
    /** Floats with nominal range [0, 1]; values outside are stored, and clipped by conversion. */
    FLOAT
  }

  private static final int CHANNELS = 3;

  /** Each 8-bit sample as a float; dividing each sample would take twice as long. */
  private static final float[] UNIT_OF_8 = new float[256];

  static {
    for (int i = 0; i < UNIT_OF_8.length; i++) {
      UNIT_OF_8[i] = i / 255f;
    }
  }

  private final FrameSize size;
  private final Depth depth;
  private final byte[] samples8;
  private final short[] samples16;
  private final float[] samplesFloat;

  private Frame(FrameSize size, byte[] samples8, short[] samples16, float[] samplesFloat) {
    this.size = size;
    this.samples8 = samples8;
    this.samples16 = samples16;
    this.samplesFloat = samplesFloat;
    this.depth = samples8 != null ? Depth.UINT8 : samples16 != null ? Depth.UINT16 : Depth.FLOAT;
  }

  /**
   * Creates a frame from a copy of 8-bit samples.
   *
   * @param rgb {@code width * height * 3} unsigned samples
   */
  public static Frame ofRgb8(int width, int height, byte[] rgb) {
    FrameSize size = checked(width, height, rgb.length);
    return new Frame(size, rgb.clone(), null, null);
  }

  /** Creates a frame that keeps the given 8-bit samples, which the caller must not change. */
  static Frame owning(FrameSize size, byte[] rgb) {
    return new Frame(size, rgb, null, null);
  }

  /** Returns the samples with 8 bits, which the caller must not change. */
  byte[] sharedRgb8() {
    return depth == Depth.UINT8 ? samples8 : toRgb8();
  }

  /**
   * Creates a frame from a copy of 16-bit samples.
   *
   * @param rgb {@code width * height * 3} unsigned samples
   */
  public static Frame ofRgb16(int width, int height, short[] rgb) {
    FrameSize size = checked(width, height, rgb.length);
    return new Frame(size, null, rgb.clone(), null);
  }

  /**
   * Creates a frame from a copy of float samples.
   *
   * @param rgb {@code width * height * 3} finite samples, nominally in [0, 1]
   * @throws IllegalArgumentException if a sample is NaN or infinite; the message names the pixel
   */
  public static Frame ofFloat(int width, int height, float[] rgb) {
    FrameSize size = checked(width, height, rgb.length);
    float[] copy = rgb.clone();
    for (int i = 0; i < copy.length; i++) {
      if (!Float.isFinite(copy[i])) {
        int pixel = i / CHANNELS;
        throw new IllegalArgumentException(
            Text.format(
                "samples must be finite, but was %s at x=%d, y=%d, channel %d",
                copy[i], pixel % width, pixel / width, i % CHANNELS));
      }
    }
    return new Frame(size, null, null, copy);
  }

  private static FrameSize checked(int width, int height, int length) {
    FrameSize size = new FrameSize(width, height);
    checkLength(size, length);
    return size;
  }

  private static void checkLength(FrameSize size, int length) {
    long expected = size.pixels() * CHANNELS;
    if (length != expected) {
      throw new IllegalArgumentException(
          Text.format("a %s RGB frame must have %d samples, but got %d", size, expected, length));
    }
  }

  private int length() {
    return (int) size.pixels() * CHANNELS;
  }

  /** Returns the number of columns. */
  public int width() {
    return size.width();
  }

  /** Returns the number of rows. */
  public int height() {
    return size.height();
  }

  /** Returns the format of the stored samples. All conversions work for every depth. */
  public Depth depth() {
    return depth;
  }

  /** Returns whether the other frame has this frame's width and height. */
  public boolean sameSize(Frame other) {
    return size.equals(other.size);
  }

  /** Returns the width and height in pixels. */
  public FrameSize size() {
    return size;
  }

  /** Returns a copy of the samples with 8 bits, unsigned. */
  public byte[] toRgb8() {
    byte[] target = new byte[length()];
    copyTo(target);
    return target;
  }

  /**
   * Writes 8-bit samples to {@code target}, which must have {@code width * height * 3} elements.
   */
  public void copyTo(byte[] target) {
    checkLength(size, target.length);
    switch (depth) {
      case UINT8 -> System.arraycopy(samples8, 0, target, 0, target.length);
      case UINT16 -> {
        for (int i = 0; i < target.length; i++) {
          target[i] = (byte) to8(samples16[i] & 0xFFFF);
        }
      }
      case FLOAT -> {
        for (int i = 0; i < target.length; i++) {
          target[i] = (byte) quantise(samplesFloat[i], 255);
        }
      }
    }
  }

  /** Returns a copy of the samples with 16 bits, unsigned. 8-bit samples are multiplied by 257. */
  public short[] toRgb16() {
    short[] target = new short[length()];
    copyTo(target);
    return target;
  }

  /** Writes 16-bit samples to {@code target}, of {@code width * height * 3} elements. */
  public void copyTo(short[] target) {
    checkLength(size, target.length);
    switch (depth) {
      case UINT8 -> {
        for (int i = 0; i < target.length; i++) {
          target[i] = (short) ((samples8[i] & 0xFF) * 257);
        }
      }
      case UINT16 -> System.arraycopy(samples16, 0, target, 0, target.length);
      case FLOAT -> {
        for (int i = 0; i < target.length; i++) {
          target[i] = (short) quantise(samplesFloat[i], 65535);
        }
      }
    }
  }

  /** Returns a copy of the samples as floats with nominal range [0, 1]. */
  public float[] toFloat() {
    float[] target = new float[length()];
    copyTo(target);
    return target;
  }

  /** Writes float samples to {@code target}, of {@code width * height * 3} elements. */
  public void copyTo(float[] target) {
    checkLength(size, target.length);
    switch (depth) {
      case UINT8 -> {
        for (int i = 0; i < target.length; i++) {
          target[i] = UNIT_OF_8[samples8[i] & 0xFF];
        }
      }
      case UINT16 -> {
        for (int i = 0; i < target.length; i++) {
          target[i] = (samples16[i] & 0xFFFF) / 65535f;
        }
      }
      case FLOAT -> System.arraycopy(samplesFloat, 0, target, 0, target.length);
    }
  }

  /** Returns this frame with its samples stored as {@code wanted}; itself if they already are. */
  public Frame as(Depth wanted) {
    if (wanted == depth) {
      return this;
    }
    return switch (wanted) {
      case UINT8 -> new Frame(size, toRgb8(), null, null);
      case UINT16 -> new Frame(size, null, toRgb16(), null);
      case FLOAT -> new Frame(size, null, null, toFloat());
    };
  }

  /**
   * Returns the nearest 8-bit sample, which is exact for multiples of 257: {@code (sample16 + 128)
   * / 257} for all values, without a division.
   */
  private static int to8(int sample16) {
    return (sample16 * 255 + 32895) >>> 16;
  }

  private static int quantise(float value, int fullScale) {
    if (!(value > 0f)) {
      return 0;
    }
    return value < 1f
        ? (int) (value * fullScale + 0.5)
        : fullScale; // rounds half up, as Math.round
  }

  /** Returns whether the other frame has the same size, depth and samples. */
  @Override
  public boolean equals(Object other) {
    return other instanceof Frame that
        && sameSize(that)
        && depth == that.depth
        && Arrays.equals(samples8, that.samples8)
        && Arrays.equals(samples16, that.samples16)
        && Arrays.equals(samplesFloat, that.samplesFloat);
  }

  @Override
  public int hashCode() {
    int samples =
        switch (depth) {
          case UINT8 -> Arrays.hashCode(samples8);
          case UINT16 -> Arrays.hashCode(samples16);
          case FLOAT -> Arrays.hashCode(samplesFloat);
        };
    return 31 * (31 * width() + height()) + samples;
  }

  @Override
  public String toString() {
    return "Frame[" + size + ", " + depth + "]";
  }
}
