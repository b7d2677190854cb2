/**
 * The values of diffusion that do not depend on a backend: latents, noise, schedules and
 * schedulers, prompts as embeddings, cross-frame attention and the tiling of the VAE.
 *
 * <p>Start with {@link org.diffsynth.diffusion.Scheduler}, which maps the symbols of papers and the
 * names of diffusers to the names in this package.
 */
package org.diffsynth.diffusion;
