/**
 * A small diffusion model with a ControlNet, trained by this project. Pipelines without a model of
 * their own use it when this module is there.
 */
module org.diffsynth.model.quickstart {
  requires transitive org.diffsynth.api;

  exports org.diffsynth.model.quickstart;

  provides org.diffsynth.spi.BundledModel with
      org.diffsynth.model.quickstart.QuickstartModel;
}
