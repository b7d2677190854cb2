/**
 * ONNX Runtime as the other packages use it: the thread that owns sessions, devices, sessions and
 * tensors.
 */
package org.diffsynth.onnx.internal.runtime;
