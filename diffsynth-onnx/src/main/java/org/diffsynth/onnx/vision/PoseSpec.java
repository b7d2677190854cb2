package org.diffsynth.onnx.vision;

import org.diffsynth.internal.text.Text;

/**
 * Settings for decoding the outputs of a pose network into key points.
 *
 * @param splitRatio SimCC: number of bins per pixel of the network input; finite and above 0, 2 for
 *     DWPose and RTMPose
 * @param minConfidence SimCC: points with a smaller confidence are missing; in [0, 1], 0.3 for
 *     DWPose
 * @param boxScale SimCC: factor by which the box of a person is enlarged before it is cropped; 1 to
 *     4, 1.25 for DWPose
 * @param jointThreshold OpenPose: smallest value of a peak that is a joint; in (0, 1), published
 *     value 0.1
 * @param limbThreshold OpenPose: smallest value of the affinity field along a limb; in (0, 1),
 *     published value 0.05
 */
public record PoseSpec(
    double splitRatio,
    double minConfidence,
    double boxScale,
    double jointThreshold,
    double limbThreshold) {

  /**
   * Creates a {@code PoseSpec} from its components.
   *
   * @throws IllegalArgumentException if a value is out of range
   */
  public PoseSpec {
    if (!(splitRatio > 0 && splitRatio < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "splitRatio must be finite and above 0, but was " + splitRatio);
    }
    if (!(minConfidence >= 0 && minConfidence <= 1)) {
      throw new IllegalArgumentException(
          "minConfidence must be in [0, 1], but was " + minConfidence);
    }
    if (!(boxScale >= 1 && boxScale <= 4)) {
      throw new IllegalArgumentException("boxScale must be in [1, 4], but was " + boxScale);
    }
    if (!(jointThreshold > 0 && jointThreshold < 1 && limbThreshold > 0 && limbThreshold < 1)) {
      throw new IllegalArgumentException(
          Text.format(
              "jointThreshold and limbThreshold must be in (0, 1), but were %s and %s",
              jointThreshold, limbThreshold));
    }
  }
}
