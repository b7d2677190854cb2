/** The backend as a whole: opens a model folder and implements the SPI of the denoising loop. */
package org.diffsynth.onnx.internal.backend;
