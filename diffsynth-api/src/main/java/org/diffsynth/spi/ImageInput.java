package org.diffsynth.spi;

import java.util.List;
import org.diffsynth.diffusion.Embedding;

/**
 * What the image prompt of a {@link UnetInput} is.
 *
 * @param rows one embedding per row, all of one shape that the model takes; the negative side sees
 *     zeros instead
 * @param scale how much of the adapter, at least 0
 */
public record ImageInput(List<Embedding> rows, float scale) {

  /** Checks the scale. */
  public ImageInput {
    rows = List.copyOf(rows);
    if (!(scale >= 0)) {
      throw new IllegalArgumentException("scale must be at least 0, was " + scale);
    }
  }
}
