package org.diffsynth.diffusion;

/**
 * What a model says of x_t: the picture in it and the noise in it, which together give it back.
 *
 * @param predictedOriginal x̂₀, the estimate of the clean picture
 * @param noise ε, the noise prediction
 */
public record Prediction(Latents predictedOriginal, Latents noise) {}
