package org.diffsynth.patchmatch.agreement;

import java.util.List;
import org.diffsynth.patchmatch.engine.Texels;

/**
 * Averages an agreed picture with its neighbours along smooth motion: {@link ReferenceSteadying}
 * defines the result, {@link FastSteadying} gives the same bytes in less time.
 */
interface Steadying {

  /**
   * Computes the finished picture of one frame.
   *
   * @param picture the agreed picture, 16-bit samples, three a pixel
   * @param boost gains of the finest detail, from {@link GuideDetail#apply}
   * @return 16-bit samples, three a pixel
   */
  short[] of(Texels guide, short[] picture, byte[] boost, List<SteadyingNeighbour> neighbours);
}
