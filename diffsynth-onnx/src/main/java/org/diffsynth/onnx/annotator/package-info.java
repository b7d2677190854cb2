/** Annotators that run a user's ONNX model: depth, edges, lines, normals and poses. */
package org.diffsynth.onnx.annotator;
