package org.diffsynth.diffusion;

/**
 * A step that was taken.
 *
 * @param step its number, counted from 0
 * @param steps how many the run takes
 * @param level the noise level it started from
 * @param prediction what was predicted there, after deflickering
 * @param deflickered whether the prediction was deflickered
 * @param latents x at the next level, one frame per frame of the clip
 */
public record StepReport(
    int step,
    int steps,
    NoiseLevel level,
    Prediction prediction,
    boolean deflickered,
    Latents latents) {}
