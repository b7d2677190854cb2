/** The public types of DiffSynth, the blend plans, the metrics and the service interfaces. */
module org.diffsynth.api {
  requires java.desktop;
  requires org.slf4j;
  requires commons.math3;

  exports org.diffsynth;
  exports org.diffsynth.control;
  exports org.diffsynth.deflicker;
  exports org.diffsynth.diffusion;
  exports org.diffsynth.io;
  exports org.diffsynth.match;
  exports org.diffsynth.metrics;
  exports org.diffsynth.scene;
  exports org.diffsynth.spi;

  uses org.diffsynth.spi.DiffusionBackendProvider;
  uses org.diffsynth.spi.PatchMatcherProvider;
}
