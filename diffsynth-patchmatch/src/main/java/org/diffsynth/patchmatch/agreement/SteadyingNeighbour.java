package org.diffsynth.patchmatch.agreement;

import org.diffsynth.patchmatch.engine.Texels;

/**
 * A neighbouring frame, as {@link Steadying} reads it.
 *
 * @param guide its guide
 * @param picture its agreed picture, 16-bit samples, three a pixel
 * @param motion motion from the target frame to this one
 */
record SteadyingNeighbour(Texels guide, short[] picture, Motion motion) {}
