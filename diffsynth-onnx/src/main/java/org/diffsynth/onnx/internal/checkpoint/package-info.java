/**
 * Models as PyTorch saves them, in the format safetensors: their weights under the names of the
 * Python library diffusers, and ONNX graphs that are written for them.
 *
 * <p>{@link org.diffsynth.onnx.internal.checkpoint.Weights} knows where each weight lies in its
 * file. {@link org.diffsynth.onnx.internal.checkpoint.UnetGraph}, {@link
 * org.diffsynth.onnx.internal.checkpoint.ControlNetGraph}, {@link
 * org.diffsynth.onnx.internal.checkpoint.TextGraph} and {@link
 * org.diffsynth.onnx.internal.checkpoint.VaeGraph} write the graphs, with the names of inputs and
 * outputs of {@code optimum-cli export onnx}. The graphs refer to the weights as external data, so
 * that no weight enters the Java heap and no file is written.
 */
package org.diffsynth.onnx.internal.checkpoint;
