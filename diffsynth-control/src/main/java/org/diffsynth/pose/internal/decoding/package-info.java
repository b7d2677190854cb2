/**
 * Decoders that convert the outputs of pose networks into key points. Exported to the ONNX module
 * only.
 */
package org.diffsynth.pose.internal.decoding;
