/**
 * Deflickering by patch blending, with and without a diffusion model.
 *
 * <ul>
 *   <li>{@link org.diffsynth.deflicker.PatchBlending} removes flicker from a finished video, guided
 *       by the video before it was processed, or by itself. Start here: {@code
 *       PatchBlending.DEFAULT.apply(guide, style)}.
 *   <li>{@link org.diffsynth.deflicker.KeyframeInterpolation} fills in the frames between a few
 *       finished key frames.
 *   <li>{@link org.diffsynth.deflicker.LatentDeflicker} says at which denoising steps a {@link
 *       org.diffsynth.Pipeline} deflickers its estimate of the clean video, and how.
 *   <li>{@link org.diffsynth.deflicker.FramePull} is the guidance of Pix2Video, for comparison.
 * </ul>
 *
 * <p>All types are immutable values. An own deflicker implements {@link
 * org.diffsynth.deflicker.Deflicker} and works everywhere that {@code PatchBlending} does.
 */
package org.diffsynth.deflicker;
