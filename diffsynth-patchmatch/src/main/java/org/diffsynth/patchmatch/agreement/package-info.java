/**
 * The arithmetic of the default blend, on guides, styles and fields that a session provides: {@link
 * org.diffsynth.patchmatch.agreement.Agreement} of a window, {@link
 * org.diffsynth.patchmatch.agreement.GuideDetail}, and {@link
 * org.diffsynth.patchmatch.agreement.Steadying} along motion. {@link
 * org.diffsynth.patchmatch.agreement.AgreementBlend} keeps their state.
 */
package org.diffsynth.patchmatch.agreement;
