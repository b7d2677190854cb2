package org.diffsynth.diffusion;

import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * A picture as an IP-Adapter reads it: floats of shape {@code (tokens, width)}, token by token. An
 * image encoder's projected vector is one token, of width 1024 for the adapters of Stable Diffusion
 * 1.5; projected tokens are 4 or 16 of width 768. Immutable, heap-only.
 */
public final class ImageEmbedding {

  private final int tokens;
  private final int width;
  private final float[] samples;

  private ImageEmbedding(int tokens, int width, float[] samples) {
    this.tokens = tokens;
    this.width = width;
    this.samples = samples;
  }

  /**
   * Copies samples.
   *
   * @param samples {@code tokens * width} floats, all finite
   */
  public static ImageEmbedding of(int tokens, int width, float[] samples) {
    if (tokens < 1 || width < 1 || samples.length != (long) tokens * width) {
      throw new IllegalArgumentException(
          "an embedding of %d tokens of width %d has %d samples, got %d"
              .formatted(tokens, width, (long) tokens * width, samples.length));
    }
    for (int i = 0; i < samples.length; i++) {
      if (!Float.isFinite(samples[i])) {
        throw new IllegalArgumentException(
            "samples must be finite, sample %d was %s".formatted(i, samples[i]));
      }
    }
    return new ImageEmbedding(tokens, width, samples.clone());
  }

  /** Number of tokens. */
  public int tokens() {
    return tokens;
  }

  /** Floats per token. */
  public int width() {
    return width;
  }

  /** {@code "(4, 768)"}, as error messages print it. */
  public String shape() {
    return "(%d, %d)".formatted(tokens, width);
  }

  /** A copy of all samples. */
  public float[] toArray() {
    return samples.clone();
  }

  /** Puts all samples, times a factor, at the position of {@code target}, which moves behind. */
  public void copyTo(FloatBuffer target, float factor) {
    for (float sample : samples) {
      target.put(factor * sample);
    }
  }

  /** Same shape, same samples bit for bit. */
  @Override
  public boolean equals(Object other) {
    return other instanceof ImageEmbedding that
        && tokens == that.tokens
        && Arrays.equals(samples, that.samples);
  }

  @Override
  public int hashCode() {
    return 31 * tokens + Arrays.hashCode(samples);
  }

  @Override
  public String toString() {
    return "ImageEmbedding" + shape();
  }
}
