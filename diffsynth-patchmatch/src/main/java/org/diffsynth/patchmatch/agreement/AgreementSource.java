package org.diffsynth.patchmatch.agreement;

import org.diffsynth.patchmatch.engine.CompactField;
import org.diffsynth.patchmatch.engine.Texels;

/**
 * A frame of a window, as {@link Agreement} reads it.
 *
 * @param guide its guide
 * @param style its picture
 * @param field where each pixel of the target lies in this frame; null for the target itself
 */
record AgreementSource(Texels guide, StyleSamples style, CompactField field) {}
