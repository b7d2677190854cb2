/** Reading of JSON configuration files. */
package org.diffsynth.onnx.internal.json;
