/** Small ONNX graphs that tests build. */
package org.diffsynth.onnx.tiny;
