/** Annotators that need no model, poses and depth alignment. */
@SuppressWarnings("module") // org.diffsynth.metrics is compiled later
module org.diffsynth.control {
  requires transitive org.diffsynth.api;
  requires commons.math3;

  exports org.diffsynth.annotator;
  exports org.diffsynth.pose;
  exports org.diffsynth.pose.internal to
      org.diffsynth.metrics;

  provides org.diffsynth.control.AnnotatorProvider with
      org.diffsynth.annotator.BuiltInAnnotators;
}
