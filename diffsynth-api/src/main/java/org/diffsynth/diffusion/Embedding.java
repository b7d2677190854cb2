package org.diffsynth.diffusion;

import java.nio.FloatBuffer;
import java.util.Arrays;
import org.diffsynth.internal.text.Text;

/**
 * The encoded form of a prompt or a picture that the cross-attention of a UNet reads: a matrix of
 * shape {@code (tokens, width)}, stored token by token. Immutable, heap-only, safe to share between
 * threads.
 *
 * <table>
 *   <caption>Shapes for Stable Diffusion 1.5</caption>
 *   <tr><th>source</th><th>tokens</th><th>width</th></tr>
 *   <tr><td>prompt</td><td>77, or a multiple of 77 for a long prompt</td><td>768</td></tr>
 *   <tr><td>picture, as the projected vector of an image encoder</td><td>1</td><td>1024</td></tr>
 *   <tr><td>picture, as tokens of an IP-Adapter</td><td>4 or 16</td><td>768</td></tr>
 * </table>
 */
public final class Embedding {

  private final int tokens;
  private final int width;
  private final float[] samples;

  private Embedding(int tokens, int width, float[] samples) {
    this.tokens = tokens;
    this.width = width;
    this.samples = samples;
  }

  /**
   * Creates an embedding from a copy of the samples.
   *
   * @param tokens number of tokens, at least 1
   * @param width number of floats per token, at least 1
   * @param samples {@code tokens * width} finite floats, token by token
   * @throws IllegalArgumentException if the number of samples does not match, or a sample is NaN or
   *     infinite
   */
  public static Embedding of(int tokens, int width, float[] samples) {
    if (tokens < 1 || width < 1 || samples.length != (long) tokens * width) {
      throw new IllegalArgumentException(
          Text.format(
              "an embedding of %d tokens of width %d must have %d samples, but got %d",
              tokens, width, (long) tokens * width, samples.length));
    }
    for (int i = 0; i < samples.length; i++) {
      if (!Float.isFinite(samples[i])) {
        throw new IllegalArgumentException(
            Text.format("samples must be finite, but sample %d was %s", i, samples[i]));
      }
    }
    return new Embedding(tokens, width, samples.clone());
  }

  /** Creates an embedding of the given shape whose samples are all 0. */
  public static Embedding zeros(int tokens, int width) {
    return of(tokens, width, new float[Math.multiplyExact(tokens, width)]);
  }

  /** Returns the number of tokens. */
  public int tokens() {
    return tokens;
  }

  /** Returns the number of floats per token. */
  public int width() {
    return width;
  }

  /** Returns the shape as error messages print it, such as {@code "(77, 768)"}. */
  public String shape() {
    return Text.format("(%d, %d)", tokens, width);
  }

  /** Returns a copy of all samples, token by token. */
  public float[] toArray() {
    return samples.clone();
  }

  /** Writes all samples at the position of {@code target}, which advances by their number. */
  public void copyTo(FloatBuffer target) {
    target.put(samples);
  }

  /**
   * Writes all samples, multiplied by a factor, at the position of {@code target}, which advances
   * by their number.
   */
  public void copyTo(FloatBuffer target, float factor) {
    for (float sample : samples) {
      target.put(factor * sample);
    }
  }

  /** Returns whether the other object is an embedding with equal shape and equal samples. */
  @Override
  public boolean equals(Object other) {
    return other instanceof Embedding that
        && tokens == that.tokens
        && Arrays.equals(samples, that.samples);
  }

  @Override
  public int hashCode() {
    return 31 * tokens + Arrays.hashCode(samples);
  }

  @Override
  public String toString() {
    return "Embedding" + shape();
  }
}
