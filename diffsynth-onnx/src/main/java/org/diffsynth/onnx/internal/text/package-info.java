/** From prompts to embeddings: emphasis, the CLIP tokenizer and the text encoder. */
package org.diffsynth.onnx.internal.text;
