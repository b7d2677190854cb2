package org.diffsynth.patchmatch.agreement;

import java.util.List;

/**
 * What the frames of a window agree on, pixel by pixel: {@link ReferenceAgreement} defines the
 * result, {@link FastAgreement} gives the same bytes in less time.
 */
interface Agreement {

  /** Squared guide error per 8-bit sample at which a source counts half. */
  int HALF_WEIGHT_ERROR = 25;

  /** Full scale of {@link AgreedPicture#flicker}. */
  int FLICKER_ONE = 255;

  /**
   * Computes the agreed picture of one frame.
   *
   * @param sources the frames of the window, the target among them
   * @param own index of the target among the sources
   */
  AgreedPicture of(List<AgreementSource> sources, int own);
}
