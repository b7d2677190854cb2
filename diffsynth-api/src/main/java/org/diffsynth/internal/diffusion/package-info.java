/**
 * The denoising loop. {@link org.diffsynth.internal.diffusion.DenoisingRun} is one run and the
 * place to start reading; {@code RunSetup} has what its parts share, {@code ClipPredictor}
 * evaluates the model, {@code EstimateDeflicker} deflickers the estimate, and the implementations
 * of {@code StartLatents} compute the latents that the loop starts from.
 */
package org.diffsynth.internal.diffusion;
