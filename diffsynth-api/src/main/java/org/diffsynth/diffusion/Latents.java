package org.diffsynth.diffusion;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import org.diffsynth.internal.text.Text;

/**
 * Frames in the latent space of a model: floats of shape {@code (frames, channels, height, width)}
 * in row-major order, so that columns are adjacent in memory. Stable Diffusion 1.5 has 4 channels;
 * height and width are an eighth of those of the picture. Immutable, heap-only, safe to share
 * between threads.
 */
public final class Latents {

  private final int frames;
  private final int channels;
  private final int height;
  private final int width;
  private final float[] samples;

  private Latents(int frames, int channels, int height, int width, float[] samples) {
    this.frames = frames;
    this.channels = channels;
    this.height = height;
    this.width = width;
    this.samples = samples;
  }

  /**
   * Creates latents from a copy of the samples.
   *
   * @param samples {@code frames * channels * height * width} floats; NaN and infinity are allowed
   * @throws IllegalArgumentException if the number of samples does not match the shape
   */
  public static Latents of(int frames, int channels, int height, int width, float[] samples) {
    checkShape(frames, channels, height, width, samples.length);
    return new Latents(frames, channels, height, width, samples.clone());
  }

  /** Creates latents from a copy of the remaining floats of a buffer; its position stays. */
  public static Latents of(int frames, int channels, int height, int width, FloatBuffer samples) {
    checkShape(frames, channels, height, width, samples.remaining());
    float[] copy = new float[samples.remaining()];
    samples.get(samples.position(), copy);
    return new Latents(frames, channels, height, width, copy);
  }

  private static void checkShape(int frames, int channels, int height, int width, int length) {
    if (frames < 1 || channels < 1 || height < 1 || width < 1) {
      throw new IllegalArgumentException(
          "every dimension must be at least 1, but the shape was "
              + shape(frames, channels, height, width));
    }
    long expected = (long) frames * channels * height * width;
    if (length != expected) {
      throw new IllegalArgumentException(
          Text.format(
              "latents of shape %s must have %d samples, but got %d",
              shape(frames, channels, height, width), expected, length));
    }
  }

  /** Returns the number of frames. */
  public int frames() {
    return frames;
  }

  /** Returns the number of channels. */
  public int channels() {
    return channels;
  }

  /** Returns the number of rows, in latent pixels. */
  public int height() {
    return height;
  }

  /** Returns the number of columns, in latent pixels. */
  public int width() {
    return width;
  }

  /** Returns the number of samples of one frame, {@code channels * height * width}. */
  public int frameSize() {
    return channels * height * width;
  }

  /** Returns the shape as error messages print it, such as {@code "(6, 4, 64, 64)"}. */
  public String shape() {
    return shape(frames, channels, height, width);
  }

  private static String shape(int frames, int channels, int height, int width) {
    return Text.format("(%d, %d, %d, %d)", frames, channels, height, width);
  }

  /** Returns the sample of a frame and channel at column x and row y; all four count from 0. */
  public float at(int frame, int channel, int y, int x) {
    return samples[((frame * channels + channel) * height + y) * width + x];
  }

  /** Returns a copy of all samples. */
  public float[] toArray() {
    return samples.clone();
  }

  /** Copies all samples into {@code target} from {@code offset} on. */
  public void copyTo(float[] target, int offset) {
    System.arraycopy(samples, 0, target, offset, samples.length);
  }

  /** Writes all samples at the position of {@code target}, which advances by their number. */
  public void copyTo(FloatBuffer target) {
    target.put(samples);
  }

  /** Returns the frames with the given numbers, in the given order; numbers may repeat. */
  public Latents select(int... numbers) {
    float[] selected = new float[Math.multiplyExact(numbers.length, frameSize())];
    for (int i = 0; i < numbers.length; i++) {
      System.arraycopy(samples, numbers[i] * frameSize(), selected, i * frameSize(), frameSize());
    }
    checkShape(numbers.length, channels, height, width, selected.length);
    return new Latents(numbers.length, channels, height, width, selected);
  }

  /** Returns frames {@code from} (inclusive) to {@code to} (exclusive). */
  public Latents slice(int from, int to) {
    float[] sliced = Arrays.copyOfRange(samples, from * frameSize(), to * frameSize());
    checkShape(to - from, channels, height, width, sliced.length);
    return new Latents(to - from, channels, height, width, sliced);
  }

  /** Returns all frames, repeated {@code times} times. */
  public Latents repeat(int times) {
    float[] repeated = new float[Math.multiplyExact(times, samples.length)];
    for (int i = 0; i < times; i++) {
      copyTo(repeated, i * samples.length);
    }
    checkShape(frames * times, channels, height, width, repeated.length);
    return new Latents(frames * times, channels, height, width, repeated);
  }

  /**
   * Returns the frames of all parts, concatenated in their order.
   *
   * @throws IllegalArgumentException if there is no part, or the frames differ in shape
   */
  public static Latents concat(List<Latents> parts) {
    if (parts.isEmpty()) {
      throw new IllegalArgumentException("parts must not be empty");
    }
    Latents first = parts.get(0);
    int frames = 0;
    for (Latents part : parts) {
      checkSameFrameShape(first, part);
      frames = Math.addExact(frames, part.frames);
    }
    float[] all = new float[Math.multiplyExact(frames, first.frameSize())];
    int offset = 0;
    for (Latents part : parts) {
      part.copyTo(all, offset);
      offset += part.samples.length;
    }
    return new Latents(frames, first.channels, first.height, first.width, all);
  }

  /**
   * Returns {@code a * x + b * y} for each sample, computed in double precision and rounded once.
   *
   * @throws IllegalArgumentException if the shapes differ
   */
  public static Latents mix(double a, Latents x, double b, Latents y) {
    if (x.frames != y.frames) {
      throw unlike(x, y);
    }
    checkSameFrameShape(x, y);
    float[] mixed = new float[x.samples.length];
    for (int i = 0; i < mixed.length; i++) {
      mixed[i] = (float) (a * x.samples[i] + b * y.samples[i]);
    }
    return new Latents(x.frames, x.channels, x.height, x.width, mixed);
  }

  private static void checkSameFrameShape(Latents x, Latents y) {
    if (x.channels != y.channels || x.height != y.height || x.width != y.width) {
      throw unlike(x, y);
    }
  }

  private static IllegalArgumentException unlike(Latents x, Latents y) {
    return new IllegalArgumentException(
        Text.format("latents must have one shape, but had %s and %s", x.shape(), y.shape()));
  }

  /** Returns the number of the first frame with a NaN or infinite sample, or -1. */
  public int firstNotFinite() {
    for (int i = 0; i < samples.length; i++) {
      if (!Float.isFinite(samples[i])) {
        return i / frameSize();
      }
    }
    return -1;
  }

  /** Returns whether the other latents have the same shape and the same bits in each sample. */
  @Override
  public boolean equals(Object other) {
    return other instanceof Latents that
        && frames == that.frames
        && channels == that.channels
        && height == that.height
        && width == that.width
        && Arrays.equals(samples, that.samples);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * (31 * frames + height) + width) + Arrays.hashCode(samples);
  }

  @Override
  public String toString() {
    return "Latents" + shape();
  }
}
