/** Stable Diffusion 1.5 class models on ONNX Runtime. */
package org.diffsynth.onnx;
