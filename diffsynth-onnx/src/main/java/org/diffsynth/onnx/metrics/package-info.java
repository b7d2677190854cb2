/** Encoders of a user's ONNX models for the metrics: CLIP, the aesthetic head, Inception. */
package org.diffsynth.onnx.metrics;
