package org.diffsynth.diffusion;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * Pictures as the UNet sees them: floats of shape {@code (frames, channels, height, width)}, in
 * that order from slowest to fastest. For Stable Diffusion 1.5 there are 4 channels, and height and
 * width are an eighth of the picture's. Immutable, heap-only, safe to share between threads.
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
   * Copies samples.
   *
   * @param samples {@code frames * channels * height * width} floats; any value, NaN too
   * @throws IllegalArgumentException if the number of samples is not that of the shape
   */
  public static Latents of(int frames, int channels, int height, int width, float[] samples) {
    checkShape(frames, channels, height, width, samples.length);
    return new Latents(frames, channels, height, width, samples.clone());
  }

  /** Copies what remains in a buffer, whose position does not move. */
  public static Latents of(int frames, int channels, int height, int width, FloatBuffer samples) {
    checkShape(frames, channels, height, width, samples.remaining());
    float[] copy = new float[samples.remaining()];
    samples.get(samples.position(), copy);
    return new Latents(frames, channels, height, width, copy);
  }

  private static void checkShape(int frames, int channels, int height, int width, int length) {
    if (frames < 1 || channels < 1 || height < 1 || width < 1) {
      throw new IllegalArgumentException(
          "every dimension must be at least 1, were " + shape(frames, channels, height, width));
    }
    long expected = (long) frames * channels * height * width;
    if (length != expected) {
      throw new IllegalArgumentException(
          "latents of shape %s have %d samples, got %d"
              .formatted(shape(frames, channels, height, width), expected, length));
    }
  }

  /** Number of frames, the slowest dimension. */
  public int frames() {
    return frames;
  }

  /** Number of channels. */
  public int channels() {
    return channels;
  }

  /** Rows. */
  public int height() {
    return height;
  }

  /** Columns. */
  public int width() {
    return width;
  }

  /** Samples of one frame: {@code channels * height * width}. */
  public int frameSize() {
    return channels * height * width;
  }

  /** {@code "(6, 4, 64, 64)"}, as error messages print it. */
  public String shape() {
    return shape(frames, channels, height, width);
  }

  private static String shape(int frames, int channels, int height, int width) {
    return "(%d, %d, %d, %d)".formatted(frames, channels, height, width);
  }

  /** One sample. */
  public float at(int frame, int channel, int y, int x) {
    return samples[((frame * channels + channel) * height + y) * width + x];
  }

  /** A copy of all samples. */
  public float[] toArray() {
    return samples.clone();
  }

  /** Copies all samples into {@code target} from {@code offset} on. */
  public void copyTo(float[] target, int offset) {
    System.arraycopy(samples, 0, target, offset, samples.length);
  }

  /** Puts all samples at the position of {@code target}, which moves behind them. */
  public void copyTo(FloatBuffer target) {
    target.put(samples);
  }

  /** The frames with these numbers, in this order; a number may come several times. */
  public Latents select(int... numbers) {
    float[] selected = new float[Math.multiplyExact(numbers.length, frameSize())];
    for (int i = 0; i < numbers.length; i++) {
      System.arraycopy(samples, numbers[i] * frameSize(), selected, i * frameSize(), frameSize());
    }
    checkShape(numbers.length, channels, height, width, selected.length);
    return new Latents(numbers.length, channels, height, width, selected);
  }

  /** Frames {@code from} (inclusive) to {@code to} (exclusive). */
  public Latents slice(int from, int to) {
    float[] sliced = Arrays.copyOfRange(samples, from * frameSize(), to * frameSize());
    checkShape(to - from, channels, height, width, sliced.length);
    return new Latents(to - from, channels, height, width, sliced);
  }

  /** All frames {@code times} times over. */
  public Latents repeat(int times) {
    float[] repeated = new float[Math.multiplyExact(times, samples.length)];
    for (int i = 0; i < times; i++) {
      copyTo(repeated, i * samples.length);
    }
    checkShape(frames * times, channels, height, width, repeated.length);
    return new Latents(frames * times, channels, height, width, repeated);
  }

  /**
   * The frames of all parts one after the other.
   *
   * @throws IllegalArgumentException if there is no part, or the frames differ in shape
   */
  public static Latents concat(List<Latents> parts) {
    if (parts.isEmpty()) {
      throw new IllegalArgumentException("at least one part is needed, got none");
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
   * {@code a * x + b * y}, sample by sample, computed in double precision and rounded once.
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
        "latents must have one shape, were %s and %s".formatted(x.shape(), y.shape()));
  }

  /** Number of the first frame with a NaN or infinite sample, or -1 if there is none. */
  public int firstNotFinite() {
    for (int i = 0; i < samples.length; i++) {
      if (!Float.isFinite(samples[i])) {
        return i / frameSize();
      }
    }
    return -1;
  }

  /** Same shape, same samples bit for bit. */
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
