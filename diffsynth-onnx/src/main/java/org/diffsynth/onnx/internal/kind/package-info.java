/** What a file really is, by its first bytes: for errors that name it and say what to do. */
package org.diffsynth.onnx.internal.kind;
