/** Model folders: reads and checks the configuration and the graphs of a model or ControlNet. */
package org.diffsynth.onnx.internal.model;
