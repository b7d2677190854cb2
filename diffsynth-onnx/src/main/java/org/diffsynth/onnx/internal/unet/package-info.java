/**
 * Evaluation of a UNet with its ControlNets: inputs and outputs, cross-frame attention, the cache
 * of keys and values, and the memory that an evaluation needs.
 */
package org.diffsynth.onnx.internal.unet;
