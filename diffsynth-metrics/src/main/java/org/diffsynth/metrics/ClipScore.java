package org.diffsynth.metrics;

import java.util.List;
import org.diffsynth.internal.text.Text;

/**
 * CLIP scores: mean cosine similarities of the CLIP vectors of frames and prompts, in [-1, 1];
 * higher is better.
 *
 * <p>Papers often print these values multiplied by 100. The CLIPScore of Hessel et al. is 2.5 ·
 * max(cosine, 0); this class returns the cosine itself. The vectors need not have length 1. All
 * vectors must come from one CLIP model, which must be named beside the result because values of
 * different models cannot be compared. Typical values of ViT-B/32 are 0.25 to 0.35 for {@link
 * #textAlignment} and 0.9 to 0.99 for {@link #frameConsistency}.
 *
 * @see <a href="https://arxiv.org/abs/2104.08718">Hessel et al. 2021, CLIPScore: a reference-free
 *     evaluation metric for image captioning, section 3</a>
 */
public final class ClipScore {

  private ClipScore() {}

  /**
   * Returns the mean cosine similarity of each frame and the prompt: how well the video shows the
   * prompt.
   *
   * @param frames CLIP vector of each frame; at least one
   * @param text CLIP vector of the prompt
   * @return a value in [-1, 1]; higher is better
   */
  public static double textAlignment(List<float[]> frames, float[] text) {
    if (frames.isEmpty()) {
      throw new IllegalArgumentException("frames must have at least one frame, but had none");
    }
    return frames.stream().mapToDouble(frame -> cosine(frame, text)).sum() / frames.size();
  }

  /**
   * Returns the mean cosine similarity of each frame and the next frame: how consistent the video
   * is over time.
   *
   * @param frames CLIP vector of each frame
   * @return a value in [-1, 1]; higher is better; NaN for fewer than two frames
   * @see <a href="https://arxiv.org/abs/2303.09535">Qi et al. 2023, FateZero, section 4.1,
   *     Tem-Con</a>
   */
  public static double frameConsistency(List<float[]> frames) {
    double sum = 0;
    for (int i = 0; i + 1 < frames.size(); i++) {
      sum += cosine(frames.get(i), frames.get(i + 1));
    }
    return frames.size() < 2 ? Double.NaN : sum / (frames.size() - 1);
  }

  /**
   * Returns the mean cosine similarity over all pairs of frames, not only neighbours: how
   * consistent the video is over its whole length.
   *
   * @param frames CLIP vector of each frame
   * @return a value in [-1, 1]; higher is better; NaN for fewer than two frames
   */
  public static double pairwiseConsistency(List<float[]> frames) {
    double sum = 0;
    for (int i = 0; i < frames.size(); i++) {
      for (int j = 0; j < i; j++) {
        sum += cosine(frames.get(i), frames.get(j));
      }
    }
    double pairs = frames.size() * (frames.size() - 1.0) / 2;
    return frames.size() < 2 ? Double.NaN : sum / pairs;
  }

  /**
   * Returns the cosine similarity of two vectors of the same length.
   *
   * @return a value in [-1, 1]
   * @throws IllegalArgumentException if the lengths differ, or if a vector is zero or not finite
   */
  public static double cosine(float[] a, float[] b) {
    if (a.length != b.length) {
      throw new IllegalArgumentException(
          Text.format("a and b must have the same length, but had %d and %d", a.length, b.length));
    }
    double product = 0;
    double squaresA = 0;
    double squaresB = 0;
    for (int i = 0; i < a.length; i++) {
      product += (double) a[i] * b[i];
      squaresA += (double) a[i] * a[i];
      squaresB += (double) b[i] * b[i];
    }
    double cosine = product / (Math.sqrt(squaresA) * Math.sqrt(squaresB));
    if (!Double.isFinite(cosine)) {
      throw new IllegalArgumentException(
          "a and b must be finite and not zero, but their cosine was " + cosine);
    }
    return Math.min(1, Math.max(-1, cosine));
  }
}
