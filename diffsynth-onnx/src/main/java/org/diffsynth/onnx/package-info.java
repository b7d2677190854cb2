/**
 * Stable Diffusion 1.5 class models on ONNX Runtime: the module is prepared, the pipeline is not
 * part of this version.
 */
package org.diffsynth.onnx;
