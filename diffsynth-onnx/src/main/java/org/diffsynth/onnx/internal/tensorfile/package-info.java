/** Files of tensors: safetensors, NumPy arrays and the weights of ONNX models. */
package org.diffsynth.onnx.internal.tensorfile;
