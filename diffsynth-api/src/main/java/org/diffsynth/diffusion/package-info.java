/** Values and schedulers of the denoising loop, apart from any model. */
package org.diffsynth.diffusion;
