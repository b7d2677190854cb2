/**
 * {@link org.diffsynth.onnx.annotator.OnnxAnnotator} makes control pictures with an ONNX model of
 * the user: depth, edges, lines, normals and poses.
 */
package org.diffsynth.onnx.annotator;
