package org.diffsynth.metrics;

import java.util.List;

/**
 * Scores from CLIP's vectors of frames and prompts: means of cosines, in [-1, 1].
 *
 * <p>Papers often print them times 100. The vectors need not have length 1; they come from one
 * model, which must be named beside the number.
 *
 * @see <a href="https://arxiv.org/abs/2104.08718">Hessel et al. 2021, CLIPScore</a>
 */
public final class ClipScore {

  private ClipScore() {}

  /** Mean cosine between each frame and the prompt: how well the video shows what was asked for. */
  public static double textFrame(List<float[]> frames, float[] text) {
    if (frames.isEmpty()) {
      throw new IllegalArgumentException("at least one frame is needed, got none");
    }
    return frames.stream().mapToDouble(frame -> cosine(frame, text)).sum() / frames.size();
  }

  /**
   * Mean cosine between each frame and the next: how consistent the video is; NaN for one frame.
   *
   * @see <a href="https://arxiv.org/abs/2303.09535">FateZero, section 4.1, Tem-Con</a>
   */
  public static double frameFrame(List<float[]> frames) {
    double sum = 0;
    for (int i = 0; i + 1 < frames.size(); i++) {
      sum += cosine(frames.get(i), frames.get(i + 1));
    }
    return frames.size() < 2 ? Double.NaN : sum / (frames.size() - 1);
  }

  /** Mean cosine over all pairs of frames; NaN for one frame. */
  public static double allFrames(List<float[]> frames) {
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
   * The cosine of two vectors of one length.
   *
   * @throws IllegalArgumentException if the lengths differ, or a vector is zero or not finite
   */
  public static double cosine(float[] a, float[] b) {
    if (a.length != b.length) {
      throw new IllegalArgumentException(
          "vectors must have one length, were %d and %d".formatted(a.length, b.length));
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
      throw new IllegalArgumentException("vectors must be finite and not zero");
    }
    return Math.min(1, Math.max(-1, cosine));
  }
}
