package org.diffsynth.patchmatch.guide;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.diffsynth.patchmatch.flow.BrightnessImage;

/**
 * Finds where a frame that was carried along a motion shows what the other frame shows. Where it
 * does not, because the motion is wrong or a limb covers the place, its samples would leave a ghost
 * in a mean.
 *
 * <pre>
 *   e(x) = B₂.₅ (c_s(x + u(x)) − c_t(x))²
 *   weight(x) = max(0, 1 − e(x) / limit)²         limit = 10 · median of e, between 600 and 1000
 * </pre>
 *
 * <p>c is the {@link NormalizedContrast} of a single frame, blurred with σ = 2: strokes and grain
 * differ from frame to frame and count little, a displaced outline counts fully. B is a Gaussian
 * blur. The limit rises with the flicker of a pair of frames, up to a bound that a wholly displaced
 * picture exceeds.
 */
final class StructureAgreement {

  private static final SmallBlur STROKES = new SmallBlur(2);
  private static final SmallBlur ERROR_BLUR = new SmallBlur(2.5);
  private static final float MEDIANS = 10f;
  private static final float LEAST_LIMIT = 600f;
  private static final float GREATEST_LIMIT = 1000f;

  private final Map<Integer, float[]> structures = new HashMap<>();

  /** Adds the normalised contrast of a frame. */
  void put(int frame, BrightnessImage contrast) {
    structures.put(frame, STROKES.of(contrast.values(), contrast.width(), contrast.height()));
  }

  /**
   * Returns how far frame {@code other} agrees with {@code frame} at each pixel, 0 to 1.
   *
   * @param trail where the pixels of {@code frame} lie in {@code other}
   */
  float[] weights(int frame, int other, Trail trail) {
    float[] own = structures.get(frame);
    float[] values = structures.get(other);
    float[] errors = new float[own.length];
    for (int i = 0; i < errors.length; i++) {
      float difference = trail.at(values, i) - own[i];
      errors[i] = difference * difference;
    }
    float[] weights = ERROR_BLUR.of(errors, trail.width, trail.height);
    float limit = limit(weights);
    for (int i = 0; i < weights.length; i++) {
      float agreement = Math.max(1f - weights[i] / limit, 0f);
      weights[i] = trail.isInside(i) ? agreement * agreement : 0f;
    }
    return weights;
  }

  private static float limit(float[] errors) {
    float[] sorted = errors.clone();
    Arrays.sort(sorted);
    float limit = MEDIANS * sorted[sorted.length / 2];
    return Math.min(Math.max(limit, LEAST_LIMIT), GREATEST_LIMIT);
  }

  /** Frees the frames up to {@code frame}. */
  void dropUpTo(int frame) {
    structures.keySet().removeIf(key -> key <= frame);
  }
}
