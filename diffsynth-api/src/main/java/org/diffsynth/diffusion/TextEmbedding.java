package org.diffsynth.diffusion;

import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * A prompt as the UNet reads it: floats of shape {@code (tokens, width)}, token by token. For
 * Stable Diffusion 1.5 there are 77 tokens, or a multiple of 77 for long prompts, of width 768.
 * Immutable, heap-only.
 */
public final class TextEmbedding {

  private final int tokens;
  private final int width;
  private final float[] samples;

  private TextEmbedding(int tokens, int width, float[] samples) {
    this.tokens = tokens;
    this.width = width;
    this.samples = samples;
  }

  /**
   * Copies samples.
   *
   * @param samples {@code tokens * width} floats
   */
  public static TextEmbedding of(int tokens, int width, float[] samples) {
    if (tokens < 1 || width < 1 || samples.length != (long) tokens * width) {
      throw new IllegalArgumentException(
          "an embedding of %d tokens of width %d has %d samples, got %d"
              .formatted(tokens, width, (long) tokens * width, samples.length));
    }
    return new TextEmbedding(tokens, width, samples.clone());
  }

  /** Number of tokens. */
  public int tokens() {
    return tokens;
  }

  /** Floats per token. */
  public int width() {
    return width;
  }

  /** A copy of all samples. */
  public float[] toArray() {
    return samples.clone();
  }

  /** Puts all samples at the position of {@code target}, which moves behind them. */
  public void copyTo(FloatBuffer target) {
    target.put(samples);
  }

  /** Same shape, same samples bit for bit. */
  @Override
  public boolean equals(Object other) {
    return other instanceof TextEmbedding that
        && tokens == that.tokens
        && Arrays.equals(samples, that.samples);
  }

  @Override
  public int hashCode() {
    return 31 * tokens + Arrays.hashCode(samples);
  }

  @Override
  public String toString() {
    return "TextEmbedding(" + tokens + ", " + width + ")";
  }
}
