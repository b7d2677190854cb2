package org.diffsynth.onnx.vision;

/**
 * What decoding a pose needs.
 *
 * @param splitRatio SimCC: bins per pixel of the input, above 0
 * @param minConfidence SimCC: points below are missing; in [0, 1]
 * @param boxScale SimCC: a person's box is made so much larger before it is looked at; at least 1
 * @param jointThreshold OpenPose: smallest value of a joint's peak; in (0, 1)
 * @param limbThreshold OpenPose: smallest affinity along a limb; in (0, 1)
 */
public record PoseSpec(
    double splitRatio,
    double minConfidence,
    double boxScale,
    double jointThreshold,
    double limbThreshold) {

  /** Checks the ranges. */
  public PoseSpec {
    if (!(splitRatio > 0 && splitRatio < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("splitRatio must be above 0, was " + splitRatio);
    }
    if (!(minConfidence >= 0 && minConfidence <= 1)) {
      throw new IllegalArgumentException("minConfidence must be in [0, 1], was " + minConfidence);
    }
    if (!(boxScale >= 1 && boxScale <= 4)) {
      throw new IllegalArgumentException("boxScale must be in [1, 4], was " + boxScale);
    }
    if (!(jointThreshold > 0 && jointThreshold < 1 && limbThreshold > 0 && limbThreshold < 1)) {
      throw new IllegalArgumentException(
          "thresholds must be in (0, 1), were %s and %s".formatted(jointThreshold, limbThreshold));
    }
  }
}
