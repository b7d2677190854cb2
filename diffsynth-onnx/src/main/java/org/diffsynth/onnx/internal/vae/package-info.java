/** The VAE: encodes images to latents and decodes latents to images, as a whole or in tiles. */
package org.diffsynth.onnx.internal.vae;
