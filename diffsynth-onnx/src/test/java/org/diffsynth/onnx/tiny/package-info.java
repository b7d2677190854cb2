/** Small ONNX graphs made in tests. */
package org.diffsynth.onnx.tiny;
