package org.diffsynth.metrics;

import org.diffsynth.frame.Frame;
import org.diffsynth.patchmatch.flow.BrightnessImage;
import org.diffsynth.patchmatch.flow.DenseInverseSearch;
import org.diffsynth.patchmatch.flow.Flow;
import org.diffsynth.patchmatch.flow.FlowOptions;

/**
 * Dense optical flow by dense inverse search (DIS), down to full resolution, with patches of 8 by 8
 * pixels every 3 pixels and at most 25 steps of a patch on each level.
 *
 * @see <a href="https://arxiv.org/abs/1603.03590">Kroeger et al. 2016, Fast Optical Flow using
 *     Dense Inverse Search</a>
 */
public final class OpticalFlow {

  private static final DenseInverseSearch SEARCH =
      DenseInverseSearch.sequential(FlowOptions.MEASURING);

  private OpticalFlow() {}

  /**
   * Finds the flow between two frames from their luma.
   *
   * @param from first frame, whose pixels the flow describes
   * @param to second frame, of the same size
   * @return for each pixel of {@code from}, how far it has moved in {@code to}
   * @throws IllegalArgumentException if the frames have different sizes
   */
  public static FlowField between(Frame from, Frame to) {
    if (!from.sameSize(to)) {
      throw new IllegalArgumentException(
          "frames must have one size, but were %s and %s".formatted(from.size(), to.size()));
    }
    return between(GreyImage.of(from), GreyImage.of(to));
  }

  static FlowField between(GreyImage from, GreyImage to) {
    Flow flow = SEARCH.between(brightness(from), brightness(to));
    return new FlowField(flow.width(), flow.height(), flow.dx(), flow.dy());
  }

  private static BrightnessImage brightness(GreyImage image) {
    return new BrightnessImage(image.width, image.height, image.values);
  }
}
