/**
 * Control pictures without a model: annotators for edges, lines and shuffled content, steady depth,
 * and human poses that are tracked, smoothed and drawn.
 *
 * <p>Start with {@link org.diffsynth.annotator.SoftEdges} for an annotator and with {@link
 * org.diffsynth.pose.PoseTrack} for poses. Models that find depth or poses in frames are run by the
 * module {@code org.diffsynth.onnx}.
 */
@SuppressWarnings("module") // org.diffsynth.metrics and org.diffsynth.onnx are compiled later
module org.diffsynth.control {
  requires transitive org.diffsynth.api;
  requires com.fasterxml.jackson.core;
  requires commons.math3;

  exports org.diffsynth.annotator;
  exports org.diffsynth.pose;
  exports org.diffsynth.pose.internal to
      org.diffsynth.metrics;
  exports org.diffsynth.pose.internal.decoding to
      org.diffsynth.onnx;

  provides org.diffsynth.control.Annotator.Provider with
      org.diffsynth.annotator.BuiltInAnnotators;
}
