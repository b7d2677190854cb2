package org.diffsynth.onnx.vision;

import java.util.List;
import java.util.Objects;

/**
 * Describes how the heat maps of one hand or one face are decoded into key points.
 *
 * @param scales factors on the width and height of the network input at which the network is run,
 *     one or more values in (0, 4]; the heat maps of all runs are averaged. Ignored if the model
 *     has a fixed input size. More scales are slower and find hands of different sizes more
 *     reliably
 * @param side width and height to which heat maps are resized before they are averaged, in samples;
 *     0 to 1024, where 0 keeps the size of the first map
 * @param threshold smallest value of a key point; a point with a smaller value is missing; in (0,
 *     1)
 * @param regionBlur standard deviation, in samples, of the Gaussian that blurs a heat map before it
 *     is segmented into regions; the region with the largest sum then determines the key point. 0
 *     to 32, where 0 takes the largest sample of the whole map
 */
public record HeatMapSpec(List<Double> scales, int side, double threshold, double regionBlur) {

  private static final double MAX_SCALE = 4;
  private static final int MAX_SIDE = 1024;

  /**
   * Creates a {@code HeatMapSpec} from its components.
   *
   * @throws IllegalArgumentException if a value is out of range
   */
  public HeatMapSpec {
    scales = List.copyOf(Objects.requireNonNull(scales, "scales"));
    if (scales.isEmpty() || !scales.stream().allMatch(it -> it > 0 && it <= MAX_SCALE)) {
      throw new IllegalArgumentException(
          "scales must be one or more values in (0, 4], but were " + scales);
    }
    if (side < 0 || side > MAX_SIDE) {
      throw new IllegalArgumentException("side must be in [0, 1024], but was " + side);
    }
    if (!(threshold > 0 && threshold < 1)) {
      throw new IllegalArgumentException("threshold must be in (0, 1), but was " + threshold);
    }
    if (!(regionBlur >= 0 && regionBlur <= 32)) {
      throw new IllegalArgumentException("regionBlur must be in [0, 32], but was " + regionBlur);
    }
  }
}
