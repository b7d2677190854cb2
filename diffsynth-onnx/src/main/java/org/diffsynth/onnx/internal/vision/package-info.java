/**
 * Runs vision models: preprocessing of frames, and conversion of outputs to maps, key points and
 * vectors.
 */
package org.diffsynth.onnx.internal.vision;
