/**
 * Models whose vectors the metrics need: {@link org.diffsynth.onnx.metrics.ClipModel}, {@link
 * org.diffsynth.onnx.metrics.FeatureModel} (Inception) and the weights of the aesthetic predictor.
 */
package org.diffsynth.onnx.metrics;
