package org.diffsynth.spi;

import java.util.List;
import java.util.Objects;
import org.diffsynth.frame.Frame;

/**
 * What one ControlNet works from in a {@link UnetInput}.
 *
 * @param name which of the ControlNets that were opened
 * @param pictures one control picture per row, of the picture's size in pixels, samples in [0, 1]
 * @param scale factor on its residuals, above 0
 */
public record ControlInput(String name, List<Frame> pictures, float scale) {

  /** Checks the scale. */
  public ControlInput {
    Objects.requireNonNull(name, "name");
    pictures = List.copyOf(pictures);
    if (!(scale > 0)) {
      throw new IllegalArgumentException("scale must be above 0, was " + scale);
    }
  }
}
