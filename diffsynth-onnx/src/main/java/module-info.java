/**
 * Backend for diffusion models of the Stable Diffusion 1.5 family on ONNX Runtime, and annotators
 * and metrics that are ONNX models. {@link org.diffsynth.onnx} describes how the module works.
 */
module org.diffsynth.onnx {
  requires transitive org.diffsynth.api;
  requires transitive org.diffsynth.control;
  requires transitive org.diffsynth.metrics;
  requires org.slf4j;
  requires com.microsoft.onnxruntime;
  requires com.google.protobuf;
  requires com.fasterxml.jackson.databind;
  requires java.management;
  requires jdk.management;

  exports org.diffsynth.onnx;
  exports org.diffsynth.onnx.annotator;
  exports org.diffsynth.onnx.metrics;
  exports org.diffsynth.onnx.vision;

  // The lite runtime of protobuf fills messages by reflection.
  opens org.diffsynth.onnx.internal.proto to
      com.google.protobuf;

  provides org.diffsynth.spi.DiffusionBackendProvider with
      org.diffsynth.onnx.OnnxDiffusionBackendProvider;
}
