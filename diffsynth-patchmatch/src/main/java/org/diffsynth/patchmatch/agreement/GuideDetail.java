package org.diffsynth.patchmatch.agreement;

import org.diffsynth.patchmatch.engine.Texels;

/**
 * Gives an agreed picture the detail that its guide shows: {@link ReferenceGuideDetail} defines the
 * result, {@link FastGuideDetail} gives the same bytes in less time.
 */
interface GuideDetail {

  /** Unit of the gains that {@link #apply} returns. */
  int BOOST_ONE = 1024;

  /**
   * Changes {@code agreed.picture()} in place, and overwrites {@code agreed.guide()}.
   *
   * @return by how much {@link Steadying} raises the contrast of the finest detail of each pixel,
   *     in units of 1 / {@link #BOOST_ONE}
   */
  byte[] apply(AgreedPicture agreed, Texels guide);
}
