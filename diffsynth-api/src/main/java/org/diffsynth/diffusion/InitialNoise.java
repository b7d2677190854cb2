package org.diffsynth.diffusion;

import java.util.Objects;

/**
 * The noise that the frames of a clip start from: one frame of latents for all of them, Gaussian
 * with mean 0 and variance 1. Immutable.
 *
 * <p>The generator, so that others can have the same noise: sample pair k, made of samples 2k and
 * 2k+1 in memory order, takes two 64-bit words {@code w = mix(seed + (2k+1)·G)} and {@code v =
 * mix(seed + (2k+2)·G)}, where {@code G = 0x9E3779B97F4A7C15} and mix is the finaliser of
 * SplitMix64. With {@code a = ((w >>> 11) + 1)·2^−53} in (0, 1] and {@code b = (v >>> 11)·2^−53} in
 * [0, 1) the pair is √(−2·ln a)·cos 2πb and √(−2·ln a)·sin 2πb, computed by {@link StrictMath} in
 * double precision and rounded to float: the same on every JVM.
 *
 * @see <a href="https://doi.org/10.1145/2714064.2660195">Steele et al. 2014, SplitMix</a>
 */
public final class InitialNoise {

  private static final long GAMMA = 0x9E3779B97F4A7C15L;
  private static final double UNIT = 0x1p-53;

  private final long seed;
  private final Latents given;

  private InitialNoise(long seed, Latents given) {
    this.seed = seed;
    this.given = given;
  }

  /** Noise from a seed, for any size. */
  public static InitialNoise seeded(long seed) {
    return new InitialNoise(seed, null);
  }

  /**
   * Noise made elsewhere, for its size only.
   *
   * @param noise one frame
   */
  public static InitialNoise of(Latents noise) {
    if (noise.frames() != 1) {
      throw new IllegalArgumentException("shared noise must be one frame, was " + noise.shape());
    }
    return new InitialNoise(0, noise);
  }

  /**
   * Noise made elsewhere that the frames do not share, for its size and so many frames only. Frames
   * that start apart stay apart: this is what shared noise is compared with. At strength 1 a run
   * starts from it as it is, so it may be latents of any kind.
   *
   * @param noise one frame of noise for each frame of the clip; the first is also that of reference
   *     pictures
   */
  public static InitialNoise perFrame(Latents noise) {
    return new InitialNoise(0, noise);
  }

  /**
   * Noise for the frames of a clip, {@code (frames, channels, height, width)}.
   *
   * @throws IllegalArgumentException if this noise was given and has another shape
   */
  public Latents forFrames(int frames, int channels, int height, int width) {
    if (given == null || given.frames() == 1) {
      return latents(channels, height, width).repeat(frames);
    }
    if (given.frames() != frames) {
      throw new IllegalArgumentException(
          "the noise must be one frame, or one for each of %d frames, was %s"
              .formatted(frames, given.shape()));
    }
    checkSize(channels, height, width);
    return given;
  }

  /**
   * One frame of noise: what all frames share, or the first one's.
   *
   * @throws IllegalArgumentException if this noise was given and has another shape
   */
  public Latents latents(int channels, int height, int width) {
    if (given != null) {
      checkSize(channels, height, width);
      return given.slice(0, 1);
    }
    return generated(1, channels, height, width);
  }

  /**
   * Several frames of noise, independent of each other: the first is the shared one, the others go
   * on in its sequence of samples.
   *
   * @throws IllegalArgumentException if one frame of noise was given and more are wanted, for only
   *     a seed's sequence goes on
   */
  public Latents independent(int frames, int channels, int height, int width) {
    if (given == null) {
      return generated(frames, channels, height, width);
    }
    if (given.frames() < frames) {
      throw new IllegalArgumentException(
          "noise that was given is %d frames, wanted were %d: only that of a seed goes on"
              .formatted(given.frames(), frames));
    }
    checkSize(channels, height, width);
    return given.slice(0, frames);
  }

  private Latents generated(int frames, int channels, int height, int width) {
    float[] samples = new float[Math.multiplyExact(frames, channels * height * width)];
    for (int i = 0; i < samples.length; i += 2) {
      double a = ((mix(seed + (i + 1) * GAMMA) >>> 11) + 1) * UNIT;
      double b = (mix(seed + (i + 2) * GAMMA) >>> 11) * UNIT;
      double radius = StrictMath.sqrt(-2 * StrictMath.log(a));
      samples[i] = (float) (radius * StrictMath.cos(2 * Math.PI * b));
      if (i + 1 < samples.length) {
        samples[i + 1] = (float) (radius * StrictMath.sin(2 * Math.PI * b));
      }
    }
    return Latents.of(frames, channels, height, width, samples);
  }

  private void checkSize(int channels, int height, int width) {
    if (given.channels() != channels || given.height() != height || given.width() != width) {
      throw new IllegalArgumentException(
          "the noise must have shape (%d, %d, %d, %d), was %s"
              .formatted(given.frames(), channels, height, width, given.shape()));
    }
  }

  private static long mix(long value) {
    long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof InitialNoise that
        && seed == that.seed
        && Objects.equals(given, that.given);
  }

  @Override
  public int hashCode() {
    return 31 * Long.hashCode(seed) + Objects.hashCode(given);
  }

  @Override
  public String toString() {
    return given == null ? "InitialNoise[seed " + seed + "]" : "InitialNoise[given]";
  }
}
