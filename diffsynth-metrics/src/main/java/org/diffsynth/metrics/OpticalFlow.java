package org.diffsynth.metrics;

import org.diffsynth.frame.Frame;
import org.diffsynth.internal.text.Text;
import org.diffsynth.patchmatch.flow.BrightnessImage;
import org.diffsynth.patchmatch.flow.DenseInverseSearch;
import org.diffsynth.patchmatch.flow.Flow;
import org.diffsynth.patchmatch.flow.FlowOptions;

/**
 * Dense optical flow by dense inverse search (DIS). The search runs on an image pyramid down to
 * full resolution, with patches of 8 × 8 pixels every 3 pixels and at most 25 steps of a patch on
 * each level.
 *
 * @see <a href="https://arxiv.org/abs/1603.03590">Kroeger et al. 2016, Fast optical flow using
 *     dense inverse search, section 2</a>
 */
public final class OpticalFlow {

  private static final DenseInverseSearch SEARCH =
      DenseInverseSearch.sequential(FlowOptions.MEASURING);

  private OpticalFlow() {}

  /**
   * Estimates the optical flow between two frames from their luma.
   *
   * @param from first frame, to whose pixels the flow belongs
   * @param to second frame, of the same size
   * @return the displacement of each pixel of {@code from}, in pixels
   * @throws IllegalArgumentException if the sizes differ; the message names both
   */
  public static FlowField between(Frame from, Frame to) {
    if (!from.sameSize(to)) {
      throw new IllegalArgumentException(
          Text.format(
              "from and to must have the same size, but were %s and %s", from.size(), to.size()));
    }
    return between(LumaImage.of(from), LumaImage.of(to));
  }

  static FlowField between(LumaImage from, LumaImage to) {
    Flow flow = SEARCH.between(brightness(from), brightness(to));
    return new FlowField(flow.width(), flow.height(), flow.dx(), flow.dy());
  }

  private static BrightnessImage brightness(LumaImage image) {
    return new BrightnessImage(image.width, image.height, image.values);
  }
}
