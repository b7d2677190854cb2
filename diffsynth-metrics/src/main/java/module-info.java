/** Quality measures of videos. */
module org.diffsynth.metrics {
  requires transitive org.diffsynth.api;
  requires transitive org.diffsynth.control;
  requires org.diffsynth.patchmatch;
  requires commons.math3;

  exports org.diffsynth.metrics;
}
