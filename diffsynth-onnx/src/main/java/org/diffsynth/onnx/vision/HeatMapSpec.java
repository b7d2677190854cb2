package org.diffsynth.onnx.vision;

import java.util.List;
import java.util.Objects;

/**
 * How the heat maps of one hand or one face are read.
 *
 * @param scales sizes of the input that are tried, as shares of its width and height, in (0, 4];
 *     the maps of all are averaged. Not read where the model's graph fixes the size
 * @param side width and height that maps are brought to before they are averaged, in samples; 0 for
 *     the size of the first
 * @param threshold smallest value of a point; in (0, 1)
 * @param regionBlur see {@link org.diffsynth.pose.internal.decoding.HeatMapDecoder}
 */
public record HeatMapSpec(List<Double> scales, int side, double threshold, double regionBlur) {

  private static final double MAX_SCALE = 4;
  private static final int MAX_SIDE = 1024;

  /** Checks the ranges. */
  public HeatMapSpec {
    scales = List.copyOf(Objects.requireNonNull(scales, "scales"));
    if (scales.isEmpty() || !scales.stream().allMatch(it -> it > 0 && it <= MAX_SCALE)) {
      throw new IllegalArgumentException("scales must be in (0, 4], at least one, were " + scales);
    }
    if (side < 0 || side > MAX_SIDE) {
      throw new IllegalArgumentException("side must be in [0, 1024], was " + side);
    }
    if (!(threshold > 0 && threshold < 1)) {
      throw new IllegalArgumentException("threshold must be in (0, 1), was " + threshold);
    }
    if (!(regionBlur >= 0 && regionBlur <= 32)) {
      throw new IllegalArgumentException("regionBlur must be in [0, 32], was " + regionBlur);
    }
  }
}
