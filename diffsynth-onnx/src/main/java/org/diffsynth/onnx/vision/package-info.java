/**
 * Descriptions of vision models: how a frame becomes the input of an ONNX model, and how the output
 * tensors become a picture, key points or a feature vector.
 */
package org.diffsynth.onnx.vision;
