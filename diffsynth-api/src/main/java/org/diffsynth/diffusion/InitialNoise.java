package org.diffsynth.diffusion;

import java.util.Objects;
import org.diffsynth.internal.text.Text;

/**
 * The Gaussian noise, with mean 0 and variance 1, that the frames of a clip start from. Usually one
 * noise for all frames, which is what makes them alike. Immutable.
 *
 * <p>The generator is defined here so that other programs can reproduce it. Samples 2k and 2k+1 in
 * memory order come from two 64-bit words {@code w = mix(seed + (2k+1)·G)} and {@code v = mix(seed
 * + (2k+2)·G)}, where {@code G = 0x9E3779B97F4A7C15} and mix is the finaliser of SplitMix64. With
 * {@code a = ((w >>> 11) + 1)·2^−53} in (0, 1] and {@code b = (v >>> 11)·2^−53} in [0, 1), the two
 * samples are √(−2·ln a)·cos 2πb and √(−2·ln a)·sin 2πb (the Box–Muller transform), computed by
 * {@link StrictMath} in double precision and rounded to float. The samples are identical on every
 * JVM.
 *
 * @see <a href="https://doi.org/10.1145/2714064.2660195">Steele et al. 2014, SplitMix</a>
 */
public final class InitialNoise {

  private static final long GAMMA = 0x9E3779B97F4A7C15L;
  private static final long STEP_GAMMA = 0xD1B54A32D192ED03L;
  private static final double UNIT = 0x1p-53;

  private final long seed;
  private final Latents given;

  private InitialNoise(long seed, Latents given) {
    this.seed = seed;
    this.given = given;
  }

  /** Creates noise from a seed. It has a value for every size, and all frames share it. */
  public static InitialNoise seeded(long seed) {
    return new InitialNoise(seed, null);
  }

  /**
   * Creates noise from given samples, which all frames share. It fits pictures of its own size
   * only.
   *
   * @param noise one frame of latents
   */
  public static InitialNoise shared(Latents noise) {
    if (noise.frames() != 1) {
      throw new IllegalArgumentException(
          "shared noise must be one frame, but was " + noise.shape());
    }
    return new InitialNoise(0, noise);
  }

  /**
   * Creates noise from given samples with a separate noise for each frame, as a baseline to compare
   * shared noise with. It fits clips of its own size and length only. At strength 1, a run starts
   * from exactly these latents, so they may also be something else than noise.
   *
   * @param noise one frame of latents for each frame of the clip; reference pictures use the first
   */
  public static InitialNoise perFrame(Latents noise) {
    return new InitialNoise(0, noise);
  }

  /**
   * Returns the noise of all frames of a clip, {@code (frames, channels, height, width)}.
   *
   * @throws IllegalArgumentException if this noise has given samples of another shape
   */
  public Latents forFrames(int frames, int channels, int height, int width) {
    if (given == null || given.frames() == 1) {
      return firstFrame(channels, height, width).repeat(frames);
    }
    if (given.frames() != frames) {
      throw new IllegalArgumentException(
          Text.format(
              "the noise must be one frame, or one for each of %d frames, but was %s",
              frames, given.shape()));
    }
    checkSize(channels, height, width);
    return given;
  }

  /**
   * Returns the noise of the first frame, {@code (1, channels, height, width)}. Unless this noise
   * was created by {@link #perFrame}, all frames share it.
   *
   * @throws IllegalArgumentException if this noise has given samples of another shape
   */
  public Latents firstFrame(int channels, int height, int width) {
    if (given != null) {
      checkSize(channels, height, width);
      return given.slice(0, 1);
    }
    return generated(1, channels, height, width);
  }

  /**
   * Returns several frames of noise that are independent of each other. The first one equals {@link
   * #firstFrame}; the others continue the sequence of samples of the seed.
   *
   * @throws IllegalArgumentException if this noise has fewer given frames than {@code frames}
   */
  public Latents independentFrames(int frames, int channels, int height, int width) {
    if (given == null) {
      return generated(frames, channels, height, width);
    }
    if (given.frames() < frames) {
      throw new IllegalArgumentException(
          Text.format(
              "the given noise has %d frames, but %d are needed; noise from a seed has any number",
              given.frames(), frames));
    }
    checkSize(channels, height, width);
    return given.slice(0, frames);
  }

  /**
   * Returns the noise that a scheduler adds in one step, for {@link Scheduler#addsNoise}: one
   * frame, {@code (1, channels, height, width)}, which all frames of a clip share. It is
   * independent of the noise of all other steps and of the noise that frames start from. Noise of
   * given samples has the steps of seed 0.
   *
   * @param step number of the step, counted from 0
   */
  public Latents ofStep(int step, int channels, int height, int width) {
    return seeded(mix(seed ^ mix((step + 1) * STEP_GAMMA))).generated(1, channels, height, width);
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
          Text.format(
              "the noise must have shape (%d, %d, %d, %d), but was %s",
              given.frames(), channels, height, width, given.shape()));
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
