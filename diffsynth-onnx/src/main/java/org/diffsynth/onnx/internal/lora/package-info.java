/** LoRA files: matches their layers to the weights of UNet and text encoder. */
package org.diffsynth.onnx.internal.lora;
